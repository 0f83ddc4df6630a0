import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CoveyError } from '../kernel/errors.js';
import { jobId, nodeId, type JobId } from '../kernel/ids.js';
import { isTerminal, type TaskState } from '../kernel/states.js';
import type { Driver } from '../node/driver.js';
import type { Blobs } from '../node/io/blobs/blobs.js';
import { goneOf } from './gone.js';
import { addBlobRoutes } from './blobs.js';
import { ROUTES } from './described.js';
import { Events } from './events.js';
import { readAt, streamOutput, type Wanted } from './output.js';
import { flag, headerOf, jobOf, placeOf, queryOf, stateOf, taskOf, whole } from './reading.js';
import { queueRoutes } from './queues.js';
import type {
  Cancelled,
  DoctorAnswer,
  DoctorCheck,
  Holding,
  ResultsPage,
  Retried,
  SelfView,
  SubmitBody,
  TaskResult,
  Updated,
} from './schema.js';
import { FRAMES } from '../kernel/frames.js';
import { REPEAT_HEADER } from '../kernel/repeat.js';
import { repeatOf } from './repeat.js';
import { submissionOf } from './submission.js';
import { limitsIn } from './update.js';
import type { UpdateBody } from './update-body.js';
import { candidateView, explanation, jobView, nodeView, resultView, taskDetail, taskView } from './views.js';

export interface RoutesContext {
  readonly driver: Driver;
  readonly blobs: Blobs;
  readonly self: () => SelfView;
  readonly doctor: () => readonly DoctorCheck[];
  /** Begins to leave; the answer is given first. */
  readonly leave: () => void;
}

const ANY_NEEDS = { cpus: 0, memBytes: 0, gpus: 0, custom: {} };

/** The HTTP API, version 1, as src/api/schema.ts describes it. */
export function addRoutes(app: FastifyInstance, { driver, blobs, self, doctor, leave }: RoutesContext): void {
  addBlobRoutes(app, blobs);
  app.post('/v1/jobs', ROUTES.submit, async (request, reply) => {
    const key = headerOf(request, 'idempotency-key');
    const submission = submissionOf(request.body as SubmitBody, key, Date.now());
    // Whoever runs it must find its files, also where this node is no more.
    if (submission.spec.upload !== undefined) await blobs.keep(submission.spec.upload);
    const { job, tasks, existed, replicas, acked, degraded } = await driver.request(
      { op: 'submit', ...submission, repeat: repeatOf(request.headers[REPEAT_HEADER]) },
      goneOf(reply),
    );
    void reply.status(202).header('location', `/v1/jobs/${job}`);
    return { job, tasks, durability: { replicas, acked, degraded }, existed };
  });

  app.get('/v1/jobs', ROUTES.jobs, async (request, reply) => {
    const { prefix = '', state, after, cursor, limit } = queryOf(request);
    if (!/^[0-9a-z]{0,40}$/.test(prefix))
      throw new CoveyError('usage', `${JSON.stringify(prefix)} is no prefix of a job id`);
    const max = whole('limit', limit, 1, 1000, 100);
    const parent = after === undefined ? undefined : jobId(after);
    const found = await driver.request(
      { op: 'jobs', ...{ prefix, limit: max }, state: stateOf(state), before: placeOf(cursor), after: parent },
      goneOf(reply),
    );
    const { jobs, asked, answered } = found;
    const last = jobs.length === max ? jobs.at(-1) : undefined;
    return {
      jobs: jobs.map(jobView),
      cursor: last ? `${last.createdAtMs}-${last.job}` : null,
      ...completeness(asked, answered),
    };
  });

  app.get('/v1/jobs/:job', ROUTES.job, async (request, reply) => {
    const { waitMs } = queryOf(request);
    const job = jobOf(request);
    const info = await driver.request({ op: 'job', job, waitMs: whole('waitMs', waitMs, 0, 60_000, 0) }, goneOf(reply));
    return { ...jobView(info), ...completeness(1, 1) };
  });

  app.get('/v1/jobs/:job/tasks', ROUTES.tasks, async (request, reply) => {
    const { after, limit, state } = queryOf(request);
    const page = await driver.request(
      {
        op: 'tasks',
        job: jobOf(request),
        after: whole('after', after, -1, 2 ** 31, -1),
        limit: whole('limit', limit, 1, 1000, 1000),
        state: stateOf(state),
      },
      goneOf(reply),
    );
    const tasks = page.tasks.map((task) => taskView(page.job, task));
    const { asked, answered, isWhole } = page;
    return { tasks, next: page.next ?? null, partial: !isWhole, asked, answered };
  });

  app.get('/v1/jobs/:job/results', ROUTES.results, async (request, reply): Promise<ResultsPage> => {
    const { after, limit } = queryOf(request);
    const wanted = { after: whole('after', after, -1, 2 ** 31, -1), limit: whole('limit', limit, 1, 1000, 1000) };
    const page = await driver.request({ op: 'results', job: jobOf(request), ...wanted }, goneOf(reply));
    const results = page.tasks.map((task) => resultView(page.job, task, task.result));
    const { asked, answered, isWhole } = page;
    return { results, next: page.next ?? null, partial: !isWhole, asked, answered };
  });

  app.post('/v1/jobs/:job/cancel', ROUTES.cancelJob, async (request, reply) => {
    const job = jobOf(request);
    const { tasks, degraded } = await driver.request({ op: 'cancel', job }, goneOf(reply));
    return { job, cancelled: tasks, degraded };
  });

  app.post('/v1/jobs/:job/abandon', ROUTES.abandonJob, async (request, reply): Promise<Cancelled> => {
    const job = jobOf(request);
    const { tasks, degraded } = await driver.request({ op: 'abandon', job }, goneOf(reply));
    return { job, cancelled: tasks, degraded };
  });

  for (const [word, isHeld] of [
    ['hold', true],
    ['release', false],
  ] as const) {
    app.post(`/v1/jobs/:job/${word}`, ROUTES[word], async (request, reply): Promise<Holding> => {
      const job = jobOf(request);
      const { isOver } = await driver.request({ op: 'hold', job, isHeld }, goneOf(reply));
      return { job, held: isHeld && !isOver };
    });
  }

  app.post('/v1/jobs/:job/update', ROUTES.update, async (request, reply): Promise<Updated> => {
    const job = jobOf(request);
    await driver.request({ op: 'update', job, limits: limitsIn(request.body as UpdateBody) }, goneOf(reply));
    return { job };
  });

  app.post('/v1/jobs/:job/retry', ROUTES.retryJob, async (request, reply) =>
    retry(driver, { job: jobOf(request) }, request, reply),
  );

  app.post('/v1/tasks/:job/:index/retry', ROUTES.retryTask, async (request, reply) =>
    retry(driver, taskOf(request), request, reply),
  );

  app.get('/v1/tasks/:job/:index', ROUTES.task, async (request, reply) => {
    return taskDetail(await driver.request({ op: 'task', ...taskOf(request) }, goneOf(reply)));
  });

  app.get('/v1/tasks/:job/:index/result', ROUTES.result, async (request, reply): Promise<TaskResult> => {
    const { job, task, more } = await driver.request({ op: 'task', ...taskOf(request) }, goneOf(reply));
    if (more.result !== undefined || task.outputs !== undefined) return resultView(job, task, more.result);
    throw noResult(`${job.job}/${task.index}`, task.state, task.reason);
  });

  app.post('/v1/tasks/:job/:index/cancel', ROUTES.cancelTask, async (request, reply) => {
    const task = taskOf(request);
    const { tasks, degraded } = await driver.request({ op: 'cancel', ...task }, goneOf(reply));
    return { job: task.job, cancelled: tasks, degraded };
  });

  app.get('/v1/tasks/:job/:index/explain', ROUTES.explain, async (request, reply) => {
    return explanation(await driver.request({ op: 'explain', ...taskOf(request) }, goneOf(reply)));
  });

  app.get('/v1/tasks/:job/:index/logs', ROUTES.logs, async (request, reply) => {
    const { stream = 'stdout', offset, follow, at } = queryOf(request);
    if (stream !== 'stdout' && stream !== 'stderr') throw new CoveyError('usage', 'stream is stdout or stderr');
    const from = whole('offset', offset, 0, Number.MAX_SAFE_INTEGER, 0);
    const place = { offset: from, at: at === undefined ? undefined : readAt(at) };
    const wanted: Wanted = { ...taskOf(request), stream, ...place };
    return streamOutput(driver, reply, wanted, {
      follow: flag('follow', follow),
      framed: request.headers.accept === FRAMES,
    });
  });

  const events = new Events(driver, () => nodeId(self().node));
  app.get('/v1/events', ROUTES.events, (request, reply) => events.serve(request, reply));

  app.get('/v1/nodes', ROUTES.nodes, async () => {
    const nodes = await driver.request({ op: 'nodes' });
    const me = nodeId(self().node);
    return { nodes: nodes.map((node) => nodeView(node, me)) };
  });

  queueRoutes(app, driver);
  app.get('/v1/ring', ROUTES.ring, async (request) => {
    const { key = '' } = queryOf(request);
    if (key === '')
      throw new CoveyError('usage', 'a key is needed', 'name one, as in /v1/ring?key=NAME or `covey ring NAME`');
    const { candidates, hash } = await driver.request({ op: 'ring', key, needs: ANY_NEEDS });
    return { key, hash, candidates: candidates.map(candidateView) };
  });

  app.get('/v1/node', ROUTES.self, () => self());
  app.post('/v1/nodes/:node/drain', ROUTES.drain, async (request, reply) => {
    const { node } = request.params as { readonly node: string };
    const begin = queryOf(request)['begin'] !== 'false';
    return driver.request({ op: 'drain', node, begin }, goneOf(reply));
  });

  app.post('/v1/node/leave', ROUTES.leave, (_request, reply) => {
    reply.raw.once('finish', leave);
    const { unfinished = 0, heirs = 0 } = self().stats;
    return { leaving: true, unfinished: heirs > 0 ? 0 : unfinished };
  });
  app.get('/v1/doctor', ROUTES.doctor, (): DoctorAnswer => ({ checks: doctor() }));
  // It lives, whatever its disk does: to start it again would not help.
  app.get('/healthz', ROUTES.health, () => ({ ok: true, store: self().store }));
  app.get('/readyz', ROUTES.readiness, (_request, reply) => {
    const { ready, store } = self();
    void reply.status(ready ? 200 : 503);
    return { ready, store };
  });
}

/** A repeat under the same Idempotency-Key is the same retry. */
async function retry(
  driver: Driver,
  what: { readonly job: JobId; readonly index?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Retried> {
  const { failed } = queryOf(request);
  const token = tokenOf(request.headers['idempotency-key']);
  const asked = { op: 'retry' as const, ...what, failedOnly: flag('failed', failed), token };
  const { tasks } = await driver.request(asked, goneOf(reply));
  return { job: what.job, retried: tasks };
}

/** Only functions return anything, and only when they have ended well. */
function noResult(task: string, state: TaskState, reason?: string): CoveyError {
  if (!isTerminal(state)) {
    return new CoveyError('not-found', `task ${task} has no result yet: it is ${state}`, `\`covey wait\` waits for it`);
  }
  const why = reason === undefined ? `it is ${state}` : `it is ${state}: ${reason}`;
  const hint = `only functions return results; what a command wrote is in \`covey logs ${task}\``;
  return new CoveyError('not-found', `task ${task} has no result: ${why}`, hint);
}

function tokenOf(key: string | readonly string[] | undefined): string {
  if (key === undefined) return randomUUID();
  return createHash('sha256').update(String(key)).digest('hex').slice(0, 32);
}

function completeness(asked: number, answered: number): { partial: boolean; asked: number; answered: number } {
  return { partial: answered < asked, asked, answered };
}
