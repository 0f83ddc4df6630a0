import { Flock } from './support/flock.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { JobId } from '../../../src/kernel/ids.js';

function swarm(seed: number) {
  const prng = new Prng(seed);
  const loss = prng.pick([0, 0, 0.02, 0.05])!;
  const n = 3 + prng.below(4);
  const f = new Flock({ seed, loss: 0 });
  const open = new Map<string, string>();
  const send = f.network.send.bind(f.network);
  f.network.send = (from, to, m: any, lane) => {
    if (m.ask !== undefined) open.set(`${from} ${to} ${m.ask}`, `${f.world.nowMs | 0} ${JSON.stringify(m).slice(0, 200)}`);
    if (m.re !== undefined) open.delete(`${to} ${from} ${m.re}`);
    const t = process.env['GREP'] ? `${from}>${to} ${JSON.stringify(m)}` : '';
    if (t && new RegExp(process.env['GREP']!).test(t) && !/swim/.test(t)) console.log(Math.round(f.world.nowMs * 10) / 10, t.replace(/"spec":.*?"custom":{}}}/, '').slice(0, Number(process.env['W'] ?? 220)));
    send(from, to, m, lane);
  };
  for (let i = 0; i < n; i++) f.start(`n${i}`);
  f.world.run(3000);
  f.network.options.loss = loss;
  const accepted: JobId[] = [];
  const pend: [JobId, any][] = [];
  const log: string[] = []; const cancels: [JobId, any][] = [];
  for (let round = 0; round < 12; round++) {
    const up = f.up;
    const what = prng.below(9);
    const at = prng.pick(up)?.id;
    log.push(`${Math.round(f.world.nowMs)} ${what} ${at}`);
    if (at === undefined || what <= 2) { if (at) {
      const s = f.submission(prng.pick(['sleep 10-400', 'sleep 5', 'fail-first 1 50', 'sleep 2000'])!, { tasks: 1 + prng.below(80), retries: prng.below(3), ...(prng.chance(0.3) ? { key: 'k' } : {}) });
      pend.push([s.job, f.ask(at, s)]);
    } }
    else if (what === 3 || what === 4) { if (up.length > 1) f.node(at).die(prng.chance(0.3)); }
    else if (what === 5) { for (const id of f.ids) if (!f.node(id).isUp && prng.chance(0.7)) f.start(id); }
    else if (what === 8) { const j = prng.pick(pend); if (j) { cancels.push([j[0], f.ask(at, { op: 'cancel', job: j[0] })]); } }
    else if (what === 6) { const half = prng.sample(f.ids, Math.ceil(n / 2)); f.network.split(half, f.ids.filter(i => !half.includes(i))); }
    else if (prng.chance(0.5)) f.network.heal(); else f.node(at).feed({ kind: 'leave' });
    f.world.run(prng.below(4000));
  }
  f.network.heal(); f.network.options.loss = 0;
  for (let i = 0; i < 2; i++) { for (const id of f.ids) if (!f.node(id).isUp) f.start(id); f.world.run(16000); }
  for (const [job, p] of pend) if (p.result?.isOk) accepted.push(job);
  try {
    f.world.runUntil('whole', 60000, () => f.isWhole());
    for (const job of accepted) f.finish(f.ids[0]!, job, 300000);
    f.world.run(20000);
    const asked = f.total('asked'), waiting = f.total('waiting');
    if (asked || waiting) throw new Error(`asked ${asked} waiting ${waiting}` + f.up.map(n => n.id + ' ' + n.core.stats()['asked']) + [...open].slice(-6).join('\n'));
  } catch (e) {
    for (const job of accepted) { const i = f.request(f.ids[0]!, { op: 'job', job, waitMs: 0 }); if (i.finishedAtMs === undefined) {
      const page = f.request(f.ids[0]!, { op: 'tasks', job, after: -1, limit: 1000 });
      console.log(job, JSON.stringify(i.counts), page.asked, page.answered, page.tasks.filter(t => ['pending', 'queued', 'running'].includes(t.state)).slice(0, 3).map(t => JSON.stringify({ ...t, home: f.request(f.ids[0]!, { op: 'task', job, index: t.index }).home, path: f.request(f.ids[0]!, { op: 'task', job, index: t.index }).more.path.slice(-3), runs: f.history.attempts.filter(a => a.task === `${job}/${t.index}`) })));
    } }
    throw new Error(`seed ${seed}: ${(e as Error).stack?.split('\n').slice(0,4).join('\n')}\n${log.join('; ')}`); }
  return [n, loss, pend.length, accepted.length, Math.round(f.world.nowMs), f.history.attempts.length, f.history.reruns().length];
}
describe('swarm', () => {
  const from = Number(process.env['FROM'] ?? 1), to = Number(process.env['TO'] ?? 20);
  it('all', function () {
    this.timeout(600000);
    const t = performance.now(); let bad = 0;
    for (let s = from; s <= to; s++) {
      try { const r = swarm(s); if (process.env['V']) console.log(s, ...r); } catch (e) { bad++; console.log(`seed ${s}`, (e as Error).message.slice(0, 1800)); }
      }
    console.log(performance.now() - t, 'bad', bad);
  });
});
