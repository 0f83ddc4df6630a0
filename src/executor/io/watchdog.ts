import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { send } from './processes.js';
import { SHELL } from './script.js';

/**
 * The watchdog; `$1` is the number of silent seconds it bears. Its last part hears the daemon's lines (`+sid`, `-sid`, `H`
 * a heartbeat) and a tick each second. At the daemon's end, which shuts descriptor 3, and after `$1` ticks without a
 * heartbeat, it kills every process of every session it knows: by group, and again by what /proc says of sessions, until
 * none is left. Counting ticks, it does not mind a machine that sleeps. The ticks end with the part that hears.
 */
const SCRIPT = `
slay() {
  for sid in $sids; do kill -KILL "-$sid"; done
  rounds=0 more=1
  while [ "$more" ] && [ $rounds -lt 200 ]; do
    more= rounds=$((rounds + 1))
    for file in /proc/[0-9]*/stat; do
      IFS= read -r stat < "$file" || continue
      pid=\${stat%% *}
      set -- \${stat##*) }
      case "$1 $sids" in Z*) ;; *" $4 "*) kill -KILL "$pid"; more=1 ;; esac
    done
  done
  sids=' '
} 2>/dev/null
tick() {
  read -r _ _ _ parent _ < /proc/self/stat
  while sleep 1; do
    read -r _ _ _ now _ < /proc/self/stat
    if [ "$now" = "$parent" ]; then echo T; else exit; fi
  done
}
{ tick & while IFS= read -r line <&3; do echo "$line"; done; echo Q; } | {
  sids=' ' ticks=0
  while IFS= read -r line; do
    case $line in
      H) ticks=0 ;;
      T) ticks=$((ticks + 1)); if [ $ticks -ge "$1" ]; then slay; fi ;;
      +*) sids="$sids\${line#+} " ;;
      -*) sid=\${line#-}; case $sids in *" $sid "*) sids="\${sids%% $sid *} \${sids#* $sid }" ;; esac ;;
      Q) break ;;
    esac
  done
  slay
  kill -KILL 0
}`;

/** Heartbeats come at least this often; a fifth of a shorter silence. */
const BEAT_MS_MAX = 2000;
const RESTART_MS = 200;
const PATIENCE_MS = 5000;

/**
 * A small process in a session of its own that holds a pipe to this one and kills the sessions it was told of when this
 * process dies, or is silent for too long (stopped, or hung). Where the watchdog itself dies, another takes its place.
 */
export class Watchdog {
  private readonly known = new Set<number>();
  private readonly beat: NodeJS.Timeout;
  private readonly beatMs: number;
  private child: ChildProcess | undefined;
  private flushed: Promise<boolean> = Promise.resolve(false);
  private beatAtMs = performance.now();
  private silentUntilMs = -Infinity;
  private closed = false;

  constructor(
    private readonly silenceMs: number,
    private readonly log: (message: string) => void,
  ) {
    this.beatMs = Math.min(BEAT_MS_MAX, silenceMs / 5);
    this.start();
    this.beat = setInterval(() => this.sendBeat(), this.beatMs);
    this.beat.unref();
  }

  /** What would be killed. */
  get sessions(): ReadonlySet<number> {
    return this.known;
  }

  /** Ends once the watchdog has been told: what starts in the session after that dies with this process. */
  async register(session: number): Promise<void> {
    this.known.add(session);
    if (await this.tell(`+${session}\n`)) return;
    while (!this.closed && !(await this.flushed)) await sleep(RESTART_MS);
  }

  unregister(session: number): void {
    if (this.known.delete(session)) void this.tell(`-${session}\n`);
  }

  /** True where this process was silent for so long since `sinceMs` (performance.now()) that its sessions were killed. */
  wasSilentSince(sinceMs: number): boolean {
    this.noteSilence();
    return this.silentUntilMs >= sinceMs;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.beat);
    const child = this.child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    pipeOf(child)?.end();
    const impatient = setTimeout(() => child.pid !== undefined && send(-child.pid, 'SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(impatient);
  }

  private start(): void {
    const child = spawn(SHELL, ['-c', SCRIPT, 'covey-watchdog', String(Math.ceil(this.silenceMs / 1000))], {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    this.child = child;
    pipeOf(child)?.on('error', () => this.replace(child));
    child.once('error', () => this.replace(child));
    child.once('exit', () => this.replace(child));
    this.flushed = this.tell([...this.known].map((session) => `+${session}\n`).join('') + 'H\n');
  }

  /** The old one's parts are killed before its pipe closes: its end would be taken for ours. */
  private replace(child: ChildProcess): void {
    if (this.child !== child || this.closed) return;
    this.log(`the watchdog ${child.pid ?? ''} is gone; another is to take its place`);
    if (child.pid !== undefined) send(-child.pid, 'SIGKILL');
    pipeOf(child)?.destroy();
    this.child = undefined;
    this.flushed = Promise.resolve(false);
    setTimeout(() => this.closed || this.startInPlaceOf(child), child.pid === undefined ? RESTART_MS : 0);
  }

  private startInPlaceOf(gone: ChildProcess): void {
    this.start();
    const said = `another watchdog has taken the place of ${gone.pid ?? 'one'} and knows what runs`;
    void this.flushed.then((isTold) => isTold && this.log(said));
  }

  private tell(text: string): Promise<boolean> {
    const pipe = pipeOf(this.child);
    if (!pipe?.writable) return Promise.resolve(false);
    return new Promise((resolve) => pipe.write(text, (error) => resolve(!error)));
  }

  private sendBeat(): void {
    this.noteSilence();
    this.beatAtMs = performance.now();
    void this.tell('H\n');
  }

  private noteSilence(): void {
    const now = performance.now();
    if (now - this.beatAtMs > Math.max(2 * this.beatMs, this.silenceMs - 1500)) this.silentUntilMs = now;
  }
}

/** Not its stdin: Node closes that as it notices the end of the child, before it says so to anyone. */
function pipeOf(child: ChildProcess | undefined): Writable | undefined {
  return child?.stdio[3] as Writable | undefined;
}
