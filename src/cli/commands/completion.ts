import { Argument } from 'commander';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';

const SHELLS = ['bash', 'zsh', 'fish'];

const command: CliCommand = {
  define(command) {
    command.addArgument(new Argument('<shell>', 'whose script').choices(SHELLS));
    examples(
      command,
      ['source <(covey completion bash)', 'in ~/.bashrc'],
      ['source <(covey completion zsh)', 'in ~/.zshrc, after compinit'],
      ['covey completion fish > ~/.config/fish/completions/covey.fish', 'once'],
    );
  },

  async run({ out, program }, [shell = '']) {
    const covey = await program();
    const { wordsOf } = await import('../completion/words.js');
    const words = wordsOf(covey);
    if (shell === 'bash') {
      const { bashScript } = await import('../completion/bash.js');
      const globals = covey.options.flatMap(({ long }) => long ?? []);
      out.raw(bashScript(words, [...globals, '--help', '--version']));
    } else if (shell === 'zsh') out.raw((await import('../completion/zsh.js')).zshScript(words));
    else out.raw((await import('../completion/fish.js')).fishScript(words));
    return EXIT.ok;
  },
};
export default command;
