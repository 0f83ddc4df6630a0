import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from './checks/all.js';
import type { Finding } from './checks/finding.js';
import { storyOf } from './checks/story.js';
import { Course } from './course.js';
import { Flock } from './flock/flock.js';
import { Recorder } from './history/recorder.js';
import type { ChaosOptions, Verdict } from './verdict.js';

/**
 * A flock of real daemons under load and faults, judged from outside. Whatever happens, it leaves no process behind.
 *
 * @param signal - ends it before its time
 * @param say - hears lines of progress
 */
export async function runChaos(
  options: ChaosOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Verdict> {
  const dir = mkdtempSync(join(tmpdir(), 'covey-chaos-'));
  const recorder = new Recorder(options.daemons);
  const flock = await Flock.prepare(options.daemons, dir, recorder);
  const course = new Course(options, flock, recorder, say);
  let isKept = true;
  try {
    const injuries = await Promise.race([course.toItsEnd(), abortion(signal)]);
    const findings = judge(recorder);
    isKept = findings.length > 0;
    if (isKept) keep(dir, recorder, findings);
    return { findings, history: recorder, injuries, dir: isKept ? dir : undefined };
  } catch (error) {
    isKept = !signal.aborted;
    throw isKept ? new Error(`${(error as Error).message} (see ${dir})`, { cause: error }) : error;
  } finally {
    course.stop();
    await flock.end();
    await flock.close();
    if (!isKept) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason as Error);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

function keep(dir: string, history: Recorder, findings: readonly Finding[]): void {
  const lines = findings.map(
    ({ rule, message, task }) => `${rule}: ${message}${task === undefined ? '' : ` | ${storyOf(history, task)}`}\n`,
  );
  writeFileSync(join(dir, 'findings.txt'), lines.join(''));
  writeFileSync(join(dir, 'history.json'), JSON.stringify(history));
}
