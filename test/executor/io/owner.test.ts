import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until.js';
import { alive, longTime } from './rig.js';

/** A machine that others use too may take seconds over it; what is left behind stays for long. */
const GONE_MS = 12_000;

describe('shell runner: its owner', () => {
  let dataDir: string;
  let owner: ChildProcess;
  let lines: Record<string, unknown>[];

  const own = async (silenceMs: number, mark: string, texts: string[], sleepers: number): Promise<void> => {
    const fixture = join(import.meta.dirname, 'fixtures/owner.ts');
    owner = spawn(process.execPath, ['--import', 'tsx', fixture, dataDir, String(silenceMs), ...texts], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    owner.stdout!.on('data', (data: Buffer) => {
      const parts = (text + data.toString()).split('\n');
      text = parts.pop()!;
      lines.push(...parts.map((line) => JSON.parse(line) as Record<string, unknown>));
    });
    await until('its attempts run', () => alive(mark).length === sleepers);
  };

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'covey-owner-'));
    lines = [];
  });
  afterEach(() => {
    owner.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('should take everything with it when it is killed', async () => {
    const mark = longTime();
    const texts = [
      `trap '' TERM; sleep ${mark}; sleep ${mark}`,
      `perl -e 'setpgrp; exec "sleep", "${mark}"' & (sleep ${mark} &) ; sleep ${mark}`,
    ];
    await own(10_000, mark, texts, 4);
    const family = familyOf(owner.pid!);
    expect(family.length).to.be.greaterThan(8);
    owner.kill('SIGKILL');
    await until('nothing is left of it', () => alive(mark).length === 0 && family.every(isGone), GONE_MS);
  });

  it('should lose its attempts when it is stopped for too long, and say so when it goes on', async () => {
    const mark = longTime();
    await own(2000, mark, [`sleep ${mark}`, `sleep ${mark}`], 2);
    owner.kill('SIGSTOP');
    await until('its attempts are killed', () => alive(mark).length === 0, GONE_MS);
    owner.kill('SIGCONT');
    await until('it reports both', () => lines.filter((line) => 'exitCode' in line).length === 2);
    for (const end of lines.filter((line) => 'exitCode' in line)) {
      expect(end).to.include({ exitCode: 137 });
      expect(end['failure']).to.match(/^killed by the watchdog/);
    }
  });

  for (const part of ['its first process', 'every process of it']) {
    it(`should put another watchdog in the place of a dead one: ${part}`, async () => {
      const mark = longTime();
      await own(10_000, mark, [`sleep ${mark}`], 1);
      const [first] = watchdogsOf(owner.pid!);
      process.kill(part === 'its first process' ? first! : -first!, 'SIGKILL');
      await until('another is there', () => watchdogsOf(owner.pid!).some((pid) => pid !== first));
      await until('it knows what runs', () =>
        lines.some((line) => String(line['log']).includes('has taken the place')),
      );
      expect(alive(mark)).to.have.length(1);
      owner.kill('SIGKILL');
      await until('nothing is left', () => alive(mark).length === 0, GONE_MS);
    });
  }

  it('should leave nothing when it closes', async () => {
    const mark = longTime();
    await own(10_000, mark, [`trap '' TERM; sleep ${mark} & sleep ${mark}`], 2);
    const family = familyOf(owner.pid!);
    owner.kill('SIGTERM');
    await until('it has closed', () => lines.some((line) => line['closed'] === true));
    expect(lines.filter((line) => 'exitCode' in line)).to.have.length(1);
    await until('its whole family is gone', () => family.every(isGone), GONE_MS);
    await until('its event loop is empty', () => owner.exitCode === 0);
    expect(readdirSync(dataDir)).to.deep.equal(['spool']);
  });
});

/** Every descendant, as parents stand now, and all that shares a session with one, the root's own excepted. */
function familyOf(root: number): number[] {
  const table = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const family = new Set([root]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    const sessions = new Set(table.filter(({ pid }) => family.has(pid)).map(({ session }) => session));
    sessions.delete(statOf(root)!.session);
    for (const { pid, parent, session } of table) if (family.has(parent) || sessions.has(session)) family.add(pid);
  }
  family.delete(root);
  return [...family];
}

function watchdogsOf(owner: number): number[] {
  return alive('covey-watchdog').filter((pid) => statOf(pid)?.parent === owner);
}

function statOf(pid: number): { pid: number; state: string; parent: number; session: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, parent, , session] = text.slice(text.lastIndexOf(') ') + 2).split(' ');
    return { pid, state: state!, parent: Number(parent), session: Number(session) };
  } catch {
    return undefined;
  }
}

function isGone(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state === undefined || state === 'Z';
}
