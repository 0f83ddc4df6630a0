import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

const { Base } = Mocha.reporters;

const EXIT_LIMIT_MS = 10_000;

/**
 * A line for each test file, failures whole at the end, and `{ passes, failures }` as JSON in the file that the reporter
 * option `output` names, so that a script need not read prose. A run that leaves something open, and so would never exit, ends with code 1.
 */
export default class FileReporter extends Base {
  #file;
  #passed = 0;
  #failed = 0;
  #began = 0;

  constructor(runner, options) {
    super(runner, options);
    const output = options.reporterOption?.output;
    runner.on('suite', ({ file }) => this.#opens(file));
    runner.on('pass', () => this.#passed++);
    runner.on('fail', (test) => {
      this.#failed++;
      console.log(`  ${Base.color('fail', `${Base.symbols.err} ${test.fullTitle()}`)}`);
    });
    runner.once('end', () => {
      this.#closeFile();
      if (this.stats.failures > 0) this.epilogue();
      if (output !== undefined) {
        writeFileSync(output, JSON.stringify({ passes: this.stats.passes, failures: this.stats.failures }));
      }
      setTimeout(() => {
        console.log(`  ${EXIT_LIMIT_MS / 1000} s after the last test something is still open`);
        process.exit(1);
      }, EXIT_LIMIT_MS).unref();
    });
  }

  #opens(file) {
    if (file === undefined || file === this.#file) return;
    this.#closeFile();
    this.#file = file;
    this.#passed = this.#failed = 0;
    this.#began = Date.now();
  }

  #closeFile() {
    if (this.#file === undefined) return;
    const mark = this.#failed === 0 ? Base.color('green', Base.symbols.ok) : Base.color('fail', Base.symbols.err);
    const counts = `${this.#passed} passed${this.#failed === 0 ? '' : `, ${this.#failed} failed`}`;
    const seconds = ((Date.now() - this.#began) / 1000).toFixed(1);
    console.log(`  ${mark} ${relative('', this.#file)}: ${counts}, ${seconds} s`);
  }
}
