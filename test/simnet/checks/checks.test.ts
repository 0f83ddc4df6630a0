import { expect } from 'chai';
import { CHECKS, judge, judgeAttempts } from '../../../simnet/checks/all.js';
import { PENDING_INVARIANTS } from '../../../simnet/checks/pending.js';
import { made, node, sound, task, type Made } from './support.js';

/** For each check: histories that keep to it, and histories that do not, with a part of what is said of them. */
type Cases = Readonly<Record<string, { readonly kept: readonly Made[]; readonly broken: readonly [string, Made][] }>>;

const CASES: Cases = {
  'accepted-ends': {
    kept: [
      made().submit({ outcome: 'unknown' }).rest(100),
      made().submit().read(['pending', 'pending'], 50),
      made().submit().rest(100).read(['pending'], 105, { isComplete: false }).read(['failed', 'cancelled'], 110),
    ],
    broken: [
      ['nobody can say', made().submit().rest(100)],
      ['nobody can say', made().submit().rest(100).read(['pending', 'pending'], 110, { isComplete: false })],
      ['no word of tasks 1', made().submit().rest(100).read(['succeeded'], 110)],
      ['tasks 1 did not end', made().submit().rest(100).read(['succeeded', 'queued'], 110)],
      ['3 tasks, of 2', made().submit().rest(100).read(['failed', 'failed', 'failed'], 110)],
    ],
  },
  'one-outcome': {
    kept: [
      made().read(['pending', 'running'], 10).read(['succeeded', 'failed'], 20).read(['succeeded', 'failed'], 30),
      made().read(['cancelled'], 10, { isComplete: false }).read(['succeeded'], 20),
    ],
    broken: [
      ['is succeeded by', made().read(['succeeded'], 10).read(['failed'], 20, { at: 'n2' })],
      ["by n1's disk, failed by what n2 said", made().record('succeeded', 1, 5).read(['failed'], 20, { at: 'n2' })],
      ['written again as failed', rewritten()],
    ],
  },
  'true-outcome': {
    kept: [
      made().cancel().record('cancelled', 0, 5),
      made().cancel({ index: 0 }).record('cancelled', 0, 5),
      made().attempt(1, 'n2', 1).record('failed', 1, 9, { exitCode: undefined, losses: 5 }),
      made().attempt(1, 'n2', 1, 8, 143).record('timed-out', 1, 9),
    ],
    broken: [
      ['where no such attempt ended', made().record('succeeded', 1, 9)],
      ['where no such attempt ended', made().attempt(1, 'n2', 1).record('succeeded', 1, 9)],
      ['where no such attempt ended', made().attempt(1, 'n3', 1, 8).record('succeeded', 1, 9)],
      ['ended with 3', made().attempt(1, 'n2', 1, 8, 3).record('succeeded', 1, 9)],
      ['its attempt ended with 0', made().attempt(1, 'n2', 1, 8, 0).record('failed', 1, 9)],
      ['failed without an attempt', made().record('failed', 1, 9, { exitCode: undefined, losses: 2 })],
      ['no such attempt ended', made().record('timed-out', 1, 9)],
      ['nobody asked for that', made().cancel({ index: 1 }).record('cancelled', 0, 5)],
    ],
  },
  'one-job-per-key': {
    kept: [
      made()
        .submit()
        .submit({ at: node('n2'), existed: true })
        .created(),
    ],
    broken: [
      ['stands for two jobs', made().created('n1', 4).created('n1', 5, 'other')],
      ['no majority has it on disk', made().submit()],
      ['stands for another job', made().submit({ digest: 'other' }).created()],
      ['as 3 tasks of 2', made().submit({ tasks: 3 }).created()],
    ],
  },
  'one-set-per-id': {
    kept: [made().created('n1', 4)],
    broken: [['was taken by n1 and by n2', made().submit().created('n1', 4).created('n2', 40)]],
  },
  'sets-follow-who-leaves': {
    kept: [sound(), sound().left([], 0), sound().left(['j'], 1)],
    broken: [['n1 left as a replica of j, and says that it keeps 0', sound().left(['j'], 0)]],
  },
  'acked-durability': {
    kept: [made().submit({ durability: { replicas: 3, acked: 2, set: 3, disks: 2 } })],
    broken: [
      ['of a set of 2', made().submit({ durability: { replicas: 3, acked: 2, set: 2, disks: 2 } })],
      ['which is on 1 disks', made().submit({ durability: { replicas: 3, acked: 2, set: 3, disks: 1 } })],
      ['which is no majority', made().submit({ durability: { replicas: 3, acked: 1, set: 3, disks: 1 } })],
    ],
  },
  ballots: {
    kept: [],
    broken: [['promised 2 of n1', made().breach('promised 2 of n1 after 3 of n2', 7)]],
  },
  'no-invention': {
    kept: [
      made().submit({ outcome: 'unknown' }).attempt(1, 'n2', 5),
      made().submit({ outcome: 'died' }).submit({ outcome: 'refused' }).attempt(1, 'n2', 5),
    ],
    broken: [
      ['nobody had submitted', made().attempt(1, 'n2', 5)],
      ['nobody had submitted', made().submit({ outcome: 'refused' }).attempt(1, 'n2', 5)],
      ['nobody had submitted', made().submit({ askedMs: 6 }).attempt(1, 'n2', 5)],
      ['job1/2 ran', made().submit().attempt(1, 'n2', 5, 6, 0, 2)],
    ],
  },
  'cancelled-stays': {
    kept: [
      made().offer(1, 5).cancelNoted(10).offer(1, 12).attempt(1, 'n2', 15),
      made().record('cancelled', 2, 10).attempt(1, 'n2', 15),
      made().offer(1, 9).givenUp(1, 4_000).record('cancelled', 1, 4_001).attempt(1, 'n2', 6_000),
      made().cancel().rest(90_000, 30_000).attempt(1, 'n2', 40_000),
    ],
    broken: [
      ['offered to n2 by n1, which knew', made().cancelNoted(10).offer(1, 12)],
      ['was cancelled, and started', made().record('cancelled', 1, 10).attempt(1, 'n2', 15)],
      ['was cancelled, and started', made().offer(1, 9).record('cancelled', 1, 5_006).attempt(1, 'n2', 6_000)],
      ['was cancelled, and started', made().givenUp(1, 4).record('cancelled', 2, 10).attempt(2, 'n2', 15)],
      ['was answered, and it started', made().cancel().rest(90_000, 30_000).attempt(1, 'n2', 50_000)],
    ],
  },
  'durable-cancels': {
    kept: [
      made().cancel({ isOnDisk: true }),
      made().cancel(),
      made().cancel({ isOnDisk: false, tasks: 0 }),
      made().cancel({ isOnDisk: false, outcome: 'unknown' }),
    ],
    broken: [
      ['of job1 was answered at n1, but', made().cancel({ isOnDisk: false })],
      ['of job1/1 was answered at n1, but', made().cancel({ isOnDisk: false, index: 1 })],
    ],
  },
  'told-its-part': {
    kept: [
      made().start({}),
      made()
        .submit({ items: ['a', 'b'] })
        .start({ saidItem: 'a' }),
    ],
    broken: [
      ['was told epoch 0, and is of 1', made().start({ saidEpoch: '0' })],
      [
        'was given `b`, not `a`',
        made()
          .submit({ items: ['a', 'b'] })
          .start({ saidItem: 'b' }),
      ],
    ],
  },
  slots: {
    kept: [
      made().start({}).attempt(1, 'n2', 5).attempt(2, 'n2', 6),
      made().start({}).submit({ cpus: 2 }).attempt(1, 'n2', 5, 9).attempt(2, 'n2', 9),
    ],
    broken: [
      ['needs 3 since', made().start({}).attempt(1, 'n2', 5).attempt(2, 'n2', 6).attempt(3, 'n2', 7)],
      ['needs 4 since', made().start({}).submit({ cpus: 2 }).attempt(1, 'n2', 5, 9).attempt(2, 'n2', 8)],
    ],
  },
  'at-most-once': {
    kept: [
      made().submit().attempt(1, 'n2', 5).attempt(2, 'n3', 6),
      made().submit({ isAtMostOnce: true }).attempt(1, 'n2', 5, 9, 1).attempt(2, 'n3', 9).attempt(3, 'n3', 9, 12, 0, 1),
    ],
    broken: [
      ['still ran on n2', made().submit({ isAtMostOnce: true }).attempt(1, 'n2', 5, 9).attempt(2, 'n3', 8)],
      [
        'had died with n2',
        made().submit({ isAtMostOnce: true }).attempt(1, 'n2', 5).died('n2', 7).attempt(2, 'n3', 30),
      ],
    ],
  },
  'unique-epochs': {
    kept: [made().attempt(1, 'n2', 5).attempt(2, 'n3', 6).attempt(1, 'n2', 5, 6, 0, 1)],
    broken: [
      ['under epoch 1 on n2 and again on n3', made().attempt(1, 'n2', 5, 6).attempt(1, 'n3', 9)],
      ['under epoch 1 on n2 and again on n2', made().attempt(1, 'n2', 5).attempt(1, 'n2', 9)],
    ],
  },
  'stale-epochs': {
    kept: [
      made().attempt(1, 'n2', 5).attempt(2, 'n3', 6, 9).record('succeeded', 2, 10),
      made().record('succeeded', 2, 10).attempt(1, 'n2', 15),
      made().attempt(2, 'n2', 5).record('cancelled', 1, 10),
      died(made().attempt(2, 'n3', 6), 'n1', 8).record('succeeded', 1, 10),
    ],
    broken: [
      ['epoch 2 had started before', made().attempt(2, 'n3', 6).record('succeeded', 1, 10)],
      ['epoch 2 had started before', died(made().attempt(2, 'n3', 6), 'n1', 5).record('succeeded', 1, 10)],
      ['epoch 2 had started before', died(made().attempt(2, 'n3', 6), 'n4', 8).record('succeeded', 1, 10)],
      ['epoch 2 started after', made().record('failed', 1, 10).attempt(2, 'n3', 16)],
    ],
  },
  'load-bound': {
    kept: [made().accept(), made().accept({ queued: 0, running: 9 }), made().accept({ queued: 9, bound: 11 })],
    broken: [
      ['its bound is 4 by its own word', made().accept({ bound: 4 })],
      ['its bound is 11 by the truth', made().accept({ queued: 10, bound: 20 })],
      ['its bound is 11 by the truth', made().accept({ total: 90 }).accept({ atMs: 70_011, queued: 10, bound: 20 })],
    ],
  },
  'steals-conserve': {
    kept: [
      made().handback(1, 10).attempt(2, 'n2', 12).attempt(1, 'n3', 12),
      made().attempt(1, 'n2', 5, 9).handback(1, 10).record('failed', 1, 20),
      made().steal(2, 1).steal(0, 0),
    ],
    broken: [
      ['which then started it', made().handback(1, 10).attempt(1, 'n2', 12)],
      ['and is succeeded there', made().handback(1, 10).record('succeeded', 1, 20)],
      ['which had 1 CPUs free', made().steal(2, 1, 1)],
      ['hands back 2 for it', made().steal(1, 2)],
      ['was stolen 6 times', made().offer(1, 5, { steals: 6 })],
    ],
  },
  bounded: {
    kept: [made().submit().sample({ queued: 512, asked: 208 }), made().rest(100).sample({ asked: 3 }, 99)],
    broken: [
      ['513 tasks in its queue', made().sample({ queued: 513 })],
      ['209 open requests, more than 208', made().submit().sample({ asked: 209 })],
      ['2 running, 1 clients left at rest', made().rest(100).sample({ running: 2, clients: 1 }, 100)],
    ],
  },
};

function rewritten(): Made {
  const all = made();
  all.history.durables.rewrites.push({ atMs: 9, node: node('n1'), task: task(), was: 'succeeded', is: 'failed' });
  return all;
}

function died(all: Made, at: string, atMs: number): Made {
  all.history.died(node(at), atMs);
  return all;
}

describe('checks', () => {
  it('should each have cases here', () => {
    expect(Object.keys(CASES)).to.have.members(Object.keys(CHECKS));
  });

  for (const [invariant, { kept, broken }] of Object.entries(CASES)) {
    describe(invariant, () => {
      const check = CHECKS[invariant]!;

      it('should find nothing where it is kept', () => {
        for (const { history } of [sound(), ...kept]) expect(check(history)).to.deep.equal([]);
      });

      for (const [said, { history }] of broken) {
        it(`should say that ${said}`, () => {
          const [finding] = check(history);
          expect(finding).to.include({ invariant });
          expect(finding!.message).to.include(said);
          expect(finding!.atMs).to.be.at.least(0);
        });
      }
    });
  }
});

describe('the judge of a history', () => {
  it('should find nothing in a sound one', () => {
    expect(judge(sound().history)).to.deep.equal([]);
    expect(judgeAttempts(sound().history)).to.deep.equal([]);
  });

  it('should tell all that is wrong in the order of time', () => {
    const { history } = sound().sample({ queued: 900 }, 60).steal(9, 1);
    expect(judge(history).map(({ invariant }) => invariant)).to.deep.equal(['steals-conserve', 'bounded']);
  });

  it('should judge nothing of a key that two sets took while somebody joined, or left', () => {
    for (const change of ['arrivals', 'departures'] as const) {
      const { history } = sound().submit({ isKeyed: true }).created('n2', 30).attempt(1, 'n3', 90);
      expect(judge(history)).to.not.deep.equal([]);
      history[change].push({ node: node('n4'), atMs: 20, kept: [], told: 0 });
      expect(judge(history)).to.deep.equal([]);
    }
  });
});

describe('promises that no check can hold the code to yet', () => {
  it('should have names of their own, and a reason', () => {
    const names = PENDING_INVARIANTS.map(({ invariant }) => invariant);
    expect(new Set([...names, ...Object.keys(CHECKS)]).size).to.equal(names.length + Object.keys(CHECKS).length);
    for (const { because, promise } of PENDING_INVARIANTS) expect([because, promise]).to.not.include('');
  });
});
