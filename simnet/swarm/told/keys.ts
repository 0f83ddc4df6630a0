import type { FairWeather } from '../fair-weather.js';
import { again } from '../scenes-nodes.js';
import { coreAt } from './support.js';

/** So long a job's way to its second replica takes. */
const LATE_MS = 8_000;
/** Of five nodes it is chance which three a key means. */
const KEYS = 40;

/** Many nodes join: another set would hold a key's job by now, and all the same it stands for the one that there is. */
export function newcomersKey(fair: FairWeather): void {
  const { flock } = fair;
  const submissions = Array.from({ length: 8 }, () => fair.submission('sleep 5', { isKeyed: true }));
  for (const submission of submissions) flock.request(fair.any(), submission);
  for (let i = flock.size; i < 12; i++) flock.start(`n${i}`);
  fair.until(60_000, 'all have met', () => flock.isWhole());
  flock.world.run(5_000);
  for (const submission of submissions) again(fair, submission);
}

/**
 * Two nodes are dead when a client submits, and its answer is lost. When they are back the client repeats it elsewhere, and of those
 * that the key means now only the two answer. Then what was begun before comes to its majority, among the others.
 */
export function keyOfTheAbsent(fair: FairWeather): void {
  const { flock } = fair;
  const [one, two, first, gateway, other] = flock.ids;
  if (!one || !two || !first || !gateway || !other) return;
  const absent = [one, two];
  for (const id of absent) flock.node(id).die(false);
  fair.until(30_000, 'all agree that two are dead', () => flock.isWhole());
  const isLate = flock.network.tamper({ kinds: ['register.ask'], from: first, fate: 'late', byMs: LATE_MS });
  const submissions = Array.from({ length: KEYS }, () => fair.submission('sleep 5000'));
  for (const submission of submissions) flock.ask(gateway, submission);
  flock.world.run(500);
  isLate();
  const begun = submissions.filter(({ job }) => coreAt(fair, first, job)?.head?.set[0] === first);
  if (begun.length === 0) fair.say(`${first} has begun none of the jobs`);
  const isSilent = [
    flock.network.tamper({ kinds: ['query.job-told', 'job.claimed'], from: first, fate: 'lost' }),
    flock.network.tamper({ kinds: ['register.ask'], to: first, fate: 'lost' }),
  ];
  for (const id of absent) flock.revive(id);
  const { membership } = flock.node(other).core;
  fair.until(LATE_MS / 2, 'they are back', () => absent.every((id) => membership.get(id)?.state === 'alive'));
  const asked = begun.map((submission) => flock.ask(other, { ...submission, repeat: {} }));
  fair.until(30_000, 'the repeats are answered', () => asked.every(({ result }) => result !== undefined));
  flock.world.run(LATE_MS);
  for (const end of isSilent) end();
  for (const { job } of begun) fair.finish(job, 60_000);
}
