import { expect } from 'chai';
import { buildProgram } from '../../src/cli/program.js';
import { covey } from './support/cli.js';
import { commandsIn } from './support/shell-words.js';

const help = async (...words: readonly string[]) => (await covey('/nowhere', ...words, '--help')).stdout;

/** Commands that the help of one lists, or that of covey itself. */
function listed(text: string): string[] {
  const [, list = ''] = text.split('\nCommands:\n');
  return [...(list.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '');
}

function examplesIn(text: string): string[] {
  const [, list = ''] = text.split('\nExamples:\n');
  const lines = (list.split('\n\n')[0] ?? '').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.trim().split(/ {3,}/)[0] ?? '');
}

/** What the real parser makes of a command line: the command's words, and how far it came. */
async function parsed(argv: readonly string[]): Promise<string> {
  const { stdin, stdout, stderr } = process;
  const io = { stdin, stdout, stderr, env: {}, cwd: '/nowhere' };
  let name = '';
  const { program } = await buildProgram(argv, io, (command) => {
    name = command.parent === program ? command.name() : `${command.parent?.name()} ${command.name()}`;
    return Promise.resolve(0);
  });
  await program.parseAsync([...argv], { from: 'user' });
  return name;
}

describe('examples of the help', () => {
  it('should be there for every command and every part of one, and be lines that the command takes', async () => {
    const names = [...listed(await help()).filter((name) => name !== 'help'), 'notice', 'complete'];
    expect(names).to.include.members(['submit', 'sim', 'queue', 'version']);
    for (const name of names) {
      const own = await help(name);
      const parts = listed(own);
      if (name === 'queue') expect(parts).to.deep.equal(['set', 'ls', 'rm']);
      const pages = [
        [name, own],
        ...(await Promise.all(parts.map(async (part) => [`${name} ${part}`, await help(name, part)]))),
      ];
      for (const [page = '', text = ''] of pages) {
        const lines = examplesIn(text);
        expect(lines, page).not.to.deep.equal([]);
        const seen = new Set<string>();
        for (const line of lines) {
          const commands = commandsIn(line).filter(([first]) => first === 'covey');
          expect(commands, `${page}: ${line}`).not.to.deep.equal([]);
          for (const [, ...argv] of commands) seen.add(await parsed(argv));
        }
        expect(
          [...seen].filter((one) => one === page || one.startsWith(`${page} `)),
          page,
        ).not.to.deep.equal([]);
      }
    }
  });

  it('should be refused where a command does not take them', async () => {
    for (const line of ['covey submit --polcy ring -- true', 'covey queue set a --weight much', 'covey ring']) {
      const [[, ...argv] = []] = commandsIn(line);
      const refusal = await parsed(argv).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refusal, line).to.be.instanceOf(Error);
    }
  });
});

describe('the words of a shell line', () => {
  it('should be told apart as a shell does', () => {
    const cases: readonly (readonly [line: string, commands: readonly (readonly string[])[]])[] = [
      ["covey run --shell -- 'a; b | c'", [['covey', 'run', '--shell', '--', 'a; b | c']]],
      [
        'ls *.png | covey run -- gzip {}',
        [
          ['ls', '*.png'],
          ['covey', 'run', '--', 'gzip', '{}'],
        ],
      ],
      [
        'covey ls -q | xargs -r covey cancel',
        [
          ['covey', 'ls', '-q'],
          ['covey', 'cancel', 'ARGUMENT'],
        ],
      ],
      ['source <(covey completion zsh)', [['source'], ['covey', 'completion', 'zsh']]],
      [
        'KEY=$(covey keys new) covey dev',
        [
          ['covey', 'keys', 'new'],
          ['covey', 'dev'],
        ],
      ],
      ['covey history > a.csv', [['covey', 'history'], ['a.csv']]],
      ['covey submit --output "*.png" -- ./a.sh', [['covey', 'submit', '--output', '*.png', '--', './a.sh']]],
    ];
    for (const [line, commands] of cases) expect(commandsIn(line), line).to.deep.equal(commands);
  });
});
