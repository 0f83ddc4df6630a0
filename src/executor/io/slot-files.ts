import { lstatSync, mkdirSync, readdirSync, rm, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { OutputFile } from './output-file.js';

const CLOCK_TICK_MS = 20;

/** What a slot's attempts find around them: a private directory, input, and files for the output. */
export class SlotFiles {
  readonly stdout: OutputFile;
  readonly stderr: OutputFile;
  tmp = '';
  private readonly input: string;
  private tmpCount = 0;
  /** When it was made or changed, as the file system says it; NaN while a change might not show. */
  private tmpChangedMs = NaN;

  /** @throws Error of the file system */
  constructor(
    spool: string,
    private readonly tmpBase: string,
  ) {
    this.input = `${spool}.in`;
    this.stdout = new OutputFile(`${spool}.out`);
    try {
      this.stderr = new OutputFile(`${spool}.err`);
    } catch (error) {
      this.stdout.close();
      throw error;
    }
    try {
      this.renewTmp();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The path that the attempt's standard input comes from. @throws Error of the file system */
  stdin(bytes: Uint8Array | undefined): string {
    if (bytes === undefined) return '/dev/null';
    writeFileSync(this.input, bytes, { mode: 0o600 });
    return this.input;
  }

  /**
   * Makes everything empty for the next attempt.
   *
   * @param doubtful - something may be left that still holds the files: they are replaced
   * @throws Error of the file system
   */
  reset(usedInput: boolean, doubtful: boolean): void {
    for (const file of [this.stdout, this.stderr]) {
      if (doubtful) file.replace();
      else file.clear();
    }
    if (usedInput && doubtful) rmSync(this.input);
    else if (usedInput) truncateSync(this.input);
    if (doubtful || !this.isTmpPristine()) this.renewTmp();
  }

  /** Removes all of them. */
  close(): void {
    this.stdout.close();
    this.stderr.close();
    rmSync(this.input, { force: true });
    removeTree(this.tmp);
  }

  private renewTmp(): void {
    const old = this.tmp;
    this.tmp = `${this.tmpBase}.${++this.tmpCount}`;
    mkdirSync(this.tmp, { mode: 0o700 });
    this.tmpChangedMs = NaN;
    if (old !== '') removeTree(old);
  }

  /**
   * A look at the time of its last change tells, once that time lies so far back that any later change must have another:
   * clocks of file systems tick every 10 ms at worst. Until then it is made anew unless the directory is empty.
   */
  private isTmpPristine(): boolean {
    const stat = lstatSync(this.tmp, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    if (stat.ctimeMs === this.tmpChangedMs) return true;
    const pristine =
      Number.isNaN(this.tmpChangedMs) && (stat.mode & 0o777) === 0o700 && readdirSync(this.tmp).length === 0;
    if (pristine && Date.now() - stat.ctimeMs > CLOCK_TICK_MS) this.tmpChangedMs = stat.ctimeMs;
    return pristine;
  }
}

/** Not waited for: what resists is removed by the next daemon. */
function removeTree(path: string): void {
  rm(path, { recursive: true, force: true }, () => undefined);
}
