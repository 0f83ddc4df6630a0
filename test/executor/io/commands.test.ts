import { expect } from 'chai';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/until.js';
import { Rig, textOf } from './rig.js';

describe('shell runner: commands', () => {
  let rig: Rig;
  before(async () => (rig = await Rig.open({ slots: 2 })));
  after(() => rig.close());

  it('should report exit codes', async () => {
    expect((await rig.run({ argv: ['/bin/true'] })).exitCode).to.equal(0);
    expect((await rig.run({ argv: ['false'] })).exitCode).to.equal(1);
    expect((await rig.shell('exit 77')).exitCode).to.equal(77);
  });

  it('should say 127 for what is not found and 126 for what cannot be executed', async () => {
    for (const name of ['no-such-program', '/no/such/program']) {
      const end = await rig.run({ argv: [name] });
      expect(end.exitCode, name).to.equal(127);
      expect(textOf(end.stderrTail), name).to.contain(name);
    }
    const file = join(rig.dataDir, 'not-executable');
    writeFileSync(file, 'text');
    chmodSync(file, 0o644);
    expect((await rig.run({ argv: [file] })).exitCode).to.equal(126);
  });

  it('should say 128 + n for a signal', async () => {
    expect((await rig.shell('kill -KILL $$')).exitCode).to.equal(137);
    expect((await rig.shell('kill -SEGV $$')).exitCode).to.equal(139);
  });

  it('should go on after a command that signals its own process group', async () => {
    expect((await rig.shell('kill -TERM 0; sleep 5')).exitCode).to.equal(143);
    expect((await rig.shell('kill -INT 0; sleep 5')).exitCode).to.equal(130);
    const killed = await rig.shell('kill -KILL 0; sleep 5');
    expect(killed).to.include({ exitCode: 137, failure: 'the shell that ran it was killed' });
    expect((await rig.shell('exit 3')).exitCode).to.equal(3);
  });

  it('should keep stdout and stderr apart, byte for byte', async () => {
    const end = await rig.shell(String.raw`printf 'out\000\377\n'; printf 'err' >&2`);
    expect([...end.stdoutTail]).to.deep.equal([...Buffer.from('out\0', 'latin1'), 0xff, 0x0a]);
    expect(textOf(end.stderrTail)).to.equal('err');
    expect(end).to.include({ stdoutBytes: 6, stderrBytes: 3 });
  });

  it('should not take a bare name for a builtin of the shell', async () => {
    const end = await rig.run({ argv: ['echo', '--version'] });
    expect(textOf(end.stdoutTail)).to.match(/coreutils|BusyBox/);
    expect((await rig.run({ argv: ['exit', '3'] })).exitCode).to.equal(127);
  });

  it('should give input, and none by default', async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
    const end = await rig.run({ argv: ['cat'], stdin: bytes });
    expect([...end.stdoutTail]).to.deep.equal([...bytes]);
    expect((await rig.run({ argv: ['cat'] })).stdoutBytes).to.equal(0);
    expect((await rig.run({ argv: ['cat'], stdin: new Uint8Array(0) })).stdoutBytes).to.equal(0);
  });

  it('should give exactly the environment asked for', async () => {
    process.env['COVEY_SECRET_OF_THE_DAEMON'] = 'x';
    const env = { A: 'x y', EMPTY: '', QUOTE: "it's", LINES: 'a\nb', UID: '7', OPTIND: 'no number' };
    const end = await rig.run({ argv: ['/usr/bin/env', '-0'], env, cwd: '/tmp' });
    delete process.env['COVEY_SECRET_OF_THE_DAEMON'];
    const seen = textOf(end.stdoutTail).split('\0').slice(0, -1);
    const given = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const tmp = seen.filter((line) => line.startsWith('COVEY_TMPDIR='));
    expect(tmp).to.have.length(1);
    expect(seen.filter((line) => !/^(COVEY_TMPDIR|_|SHLVL)=/.test(line))).to.have.members([...given, 'PWD=/tmp']);
  });

  it('should leave no descriptor and no ignored or blocked signal to the command', async () => {
    // What this process was born with, beyond what a shell can name, is inherited by whatever it starts.
    const inherited = execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).split('\n');
    const fds = (await rig.says('ls /proc/self/fd')).trim().split('\n');
    expect(fds.filter((fd) => Number(fd) < 10 || !inherited.includes(fd))).to.deep.equal(['0', '1', '2', '3']);
    expect(await rig.says('grep -E "Sig(Ign|Blk)" /proc/self/status')).to.match(/^(Sig...:\s0+\n){2}$/);
  });

  it('should pass any text through unharmed', async () => {
    const nasty = fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '$(echo x)',
        '`',
        '\n',
        '\r',
        '*',
        '~',
        '-n',
        '',
        ' ',
        "'\\''",
        ';&|',
        '$IFS',
        '!',
        '=',
        '\x81\x88',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0')),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
    );
    const texts = fc.array(nasty, { minLength: 40, maxLength: 60 }).filter((all) => all.join('').length < 800);
    const check = fc.asyncProperty(texts, async (args) => {
      const wanted = args.map((arg) => Buffer.from(arg).toString());
      const env = { PATH: '/usr/bin:/bin', TEXT: args.join('') };
      const end = await rig.run({ argv: ['printf', '%s\\0', ...args], env });
      expect(textOf(end.stdoutTail).split('\0').slice(0, -1)).to.deep.equal(wanted);
      const shown = await rig.run({ argv: ['/usr/bin/printenv', 'TEXT'], env });
      expect(textOf(shown.stdoutTail)).to.equal(wanted.join('') + '\n');
    });
    await fc.assert(check, { numRuns: 30 });
  });

  it('should pass every byte that UTF-8 is made of', async () => {
    const text = Array.from({ length: 0x7ff }, (_, i) => String.fromCodePoint(i + 1)).join('');
    expect(textOf((await rig.run({ argv: ['printf', '%s', text] })).stdoutTail)).to.equal(text);
  });

  it('should refuse what cannot be given to a process', async () => {
    const refused = async (command: Parameters<Rig['run']>[0], failure: RegExp): Promise<void> => {
      const end = await rig.run(command);
      expect(end.exitCode).to.equal(undefined);
      expect(end.failure).to.match(failure);
    };
    await refused({ argv: [] }, /no command/);
    await refused({ argv: ['a\0b'] }, /NUL/);
    await refused({ argv: ['true'], env: { A: 'x\0' } }, /variable A contains a NUL/);
    await refused({ argv: ['true'], env: { 'A;B': 'x' } }, /"A;B" cannot name/);
    await refused({ argv: ['true'], cwd: 'here' }, /not an absolute path/);
    await refused(
      { argv: ['true'], cwd: '/no/where' },
      /^cwd \/no\/where does not exist on this node \(hint: use --upload \.\)$/,
    );
    await refused({ argv: ['true'], cwd: '/bin/sh' }, /not a directory/);
  });

  it('should say that an argument list is too long', async () => {
    const end = await rig.run({ argv: ['/bin/echo', 'x'.repeat(200_000)] });
    expect(end.exitCode).to.be.oneOf([126, 127]);
    expect(textOf(end.stderrTail)).to.match(/long/);
    expect((await rig.run({ argv: ['wc', '-c', ...Array<string>(4000).fill('x'.repeat(20))] })).exitCode).to.equal(1);
  });

  it('should run in a private directory by default, empty at first and gone afterwards', async () => {
    const text = 'pwd; echo "$COVEY_TMPDIR"; ls -A | wc -l; stat -c %a .; mkdir d; echo x > d/f; chmod 755 .';
    const seen = new Set<string>();
    for (let i = 0; i < 6; i++) {
      const [pwd, tmp, files, mode] = (await rig.says(text)).trim().split('\n');
      expect({ pwd, files, mode }).to.deep.equal({ pwd: tmp, files: '0', mode: '700' });
      await until('it is gone', () => !existsSync(join(tmp!, 'd')));
      seen.add(tmp!);
    }
    expect(seen.size).to.equal(6);
    expect(await rig.says('pwd', { cwd: '/usr' })).to.equal('/usr\n');
  });

  it('should survive a command that removes or shuts its private directory', async () => {
    await rig.shell('rmdir "$COVEY_TMPDIR"');
    expect(await rig.says('ls -A | wc -l; rm -rf "$COVEY_TMPDIR"')).to.equal('0\n');
    expect(await rig.says('ls -A | wc -l; chmod 0 "$COVEY_TMPDIR"')).to.equal('0\n');
    expect((await rig.shell('exit 0')).exitCode).to.equal(0);
  });

  it('should run each of 200 commands once, on 4 slots', async () => {
    const many = await Rig.open({ slots: 4, limits: { slotsMax: 4 } });
    try {
      const dir = join(many.dataDir, 'seen');
      const text = 'mkdir -p "$DIR"; : >> "$DIR/$N"; echo "$N" >> "$DIR/$N"; cat "$DIR/$N"';
      const runs = Array.from({ length: 200 }, (_, n) =>
        many.says(text, { env: { PATH: '/usr/bin:/bin', DIR: dir, N: `${n}` } }),
      );
      expect(await Promise.all(runs)).to.deep.equal(Array.from({ length: 200 }, (_, n) => `${n}\n`));
      expect(readdirSync(dir)).to.have.length(200);
      expect([...many.ends.values()].every((ends) => ends.length === 1)).to.equal(true);
    } finally {
      await many.close();
    }
  });

  it('should grow beyond the slots it began with, and shrink again', async () => {
    const grown = await Rig.open({ slots: 1, limits: { slotIdleMs: 100 } });
    try {
      const barrier = 'mkdir "$DIR/$N"; while [ "$(ls "$DIR" | wc -l)" -lt 5 ]; do sleep 0.02; done';
      const dir = grown.dataDir + '/tmp';
      const env = (n: number): Record<string, string> => ({ PATH: '/usr/bin:/bin', DIR: dir + '/barrier', N: `${n}` });
      await grown.shell(`mkdir ${dir}/barrier`);
      const ends = await Promise.all([0, 1, 2, 3, 4].map((n) => grown.shell(barrier, { env: env(n) })));
      expect(ends.map((end) => end.exitCode)).to.deep.equal([0, 0, 0, 0, 0]);
      const slots = (): number =>
        readdirSync(join(grown.dataDir, 'spool')).filter((name) => name.endsWith('.out')).length;
      expect(slots()).to.be.within(5, 6);
      await until('one slot is left, and one to spare', () => slots() === 2);
      expect((await grown.run({ argv: ['/bin/true'] })).exitCode).to.equal(0);
    } finally {
      await grown.close();
    }
  });
});
