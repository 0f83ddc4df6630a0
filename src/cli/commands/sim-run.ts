import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { CoveyError } from '../../client/index.js';
import { COVEY_SCRIPT } from '../../install.js';
import type { Context } from '../command.js';
import type { SimNews, SimTask } from './sim-protocol.js';

/** A large young generation takes an eighth off: nearly all that a simulation makes dies young. */
const HEAP = { maxYoungGenerationSizeMb: 96, maxOldGenerationSizeMb: 16_384 };

type Of<Kind extends SimNews['kind']> = Extract<SimNews, { readonly kind: Kind }>;

/** Where the simulation is heard and spoken to. */
type Line = Worker | MessagePort;

/** A simulation in a thread and a heap of its own, so that Ctrl-C is heard and the bar moves. */
export class Simulation {
  #onProgress: (news: Of<'progress'>) => void = () => undefined;

  private constructor(private readonly line: Line) {}

  static async start(task: SimTask, { life }: Context): Promise<Simulation> {
    if (import.meta.url.endsWith('.ts')) {
      // What turns sources into code does not reach into threads.
      const { serve } = await import('./sim-serve.js');
      const { port1, port2 } = new MessageChannel();
      life.atEnd(() => port1.close());
      serve(port2, task);
      return new Simulation(port1);
    }
    const url = new URL('../dist/cli/commands/sim-worker.js', pathToFileURL(COVEY_SCRIPT));
    const worker = new Worker(url, { workerData: task, resourceLimits: HEAP });
    life.atEnd(() => {
      // That it ends now is nobody's failure.
      worker.removeAllListeners('exit');
      return worker.terminate();
    });
    return new Simulation(worker);
  }

  /** @throws CoveyError `usage` where the input is bad */
  ready(): Promise<Of<'ready'>> {
    return this.#await('ready');
  }

  results(onProgress: (news: Of<'progress'>) => void): Promise<Of<'results'>> {
    this.#onProgress = onProgress;
    return this.#go('results');
  }

  trace(): Promise<Of<'trace'>> {
    return this.#go('trace');
  }

  #go<Kind extends SimNews['kind']>(kind: Kind): Promise<Of<Kind>> {
    const news = this.#await(kind);
    this.line.postMessage('go');
    return news;
  }

  #await<Kind extends SimNews['kind']>(kind: Kind): Promise<Of<Kind>> {
    // A thread and a port have these events alike, but their types do not.
    const line = this.line as Worker;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        line.off('message', hear).off('error', fail).off('exit', gone);
        end();
      };
      const fail = (error: unknown) => settle(() => reject(asFailure(error)));
      const gone = () => fail(new Error('the simulation ended early'));
      const hear = (news: SimNews) => {
        if (news.kind === 'progress') this.#onProgress(news);
        else if (news.kind === 'failed') fail(news.error);
        else if (news.kind === 'refused') fail(new CoveyError(news.code, news.message, news.hint));
        else if (news.kind === kind) settle(() => resolve(news as Of<Kind>));
      };
      line.on('message', hear).on('error', fail).on('exit', gone);
    });
  }
}

function asFailure(error: unknown): Error {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new CoveyError('failed', 'the simulation needs more memory than there is', 'take fewer nodes or tasks');
  }
  return error instanceof Error ? error : new Error(String(error));
}
