import { expect } from 'chai';
import { jobId, type NodeId } from '../../../../src/kernel/ids.js';
import { claim } from '../../../../src/node/core/gateway/claim.js';
import type { Tried } from '../../../../src/node/core/gateway/places.js';
import { chooseHolders } from '../../../../src/placement/replica-choice.js';
import { digestOf } from '../../../../src/tasks/register/replica-set.js';
import type { TaskMessages } from '../../../../src/tasks/messages.js';
import { node } from '../../../placement/support.js';
import { Stage } from './support/stage.js';

const JOB = jobId('job1');
const ALL = [0, 1, 2, 3, 4].map(node);
type Told = Omit<TaskMessages['job.claimed'], 'kind' | 're'>;

interface Played {
  readonly there?: readonly NodeId[];
  readonly before?: Tried;
}

/** A claim for the set of today, answered by `told`. */
function play(told: (to: NodeId, rank: number) => Told | undefined, { there = ALL, before }: Played = {}) {
  const stage = new Stage(5);
  const set = chooseHolders(stage.scene.view, JOB);
  const asked: string[] = [];
  const claimed = stage.play(
    claim(stage.scene, JOB, { set, createdAtMs: 9 }, new Set(there), before),
    ({ to, message }) => {
      if (message.kind !== 'job.claim') throw new Error(message.kind);
      expect(message).to.deep.include({ job: JOB, createdAtMs: 9, digest: digestOf(set) });
      asked.push(`${to} ${message.rank}`);
      const answer = told(to, message.rank);
      return answer && { kind: 'job.claimed', ...answer };
    },
  );
  return { claimed, asked, set, others: ALL.filter((id) => !set.includes(id)) };
}

const granted = (): Told => ({ isGranted: true });
const headOf = (set: readonly NodeId[], generation = 0): NonNullable<Told['head']> => {
  return { set, generation, createdAtMs: 1, digest: digestOf(set), rank: 1, bornAtMs: 1 };
};

describe('claiming the id of a key', () => {
  it('should ask those that may hold it, and be content with all but one', () => {
    const { claimed, asked, set } = play((to) => (to === chosen(0) ? undefined : granted()));
    expect(claimed).to.deep.equal({ kind: 'granted', tried: { set, createdAtMs: 9, rank: 1 } });
    expect(asked.toSorted(), 'whoever may have been chosen while others were away').to.deep.equal(
      ALL.map((to) => `${to} 1`),
    );
  });

  it('should say how many are silent where they could be a majority', () => {
    expect(play(granted, { there: [chosen(0)] }).claimed).to.deep.equal({ kind: 'silent', silent: 4 });
  });

  it('should outdo another claim, and give way where it is outdone again and again', () => {
    const once = play((_, rank) => (rank < 5 ? { isGranted: false, outdone: 4 } : granted()));
    expect(once.claimed).to.deep.include({ kind: 'granted', tried: { set: once.set, createdAtMs: 9, rank: 5 } });
    expect(play((_, rank) => ({ isGranted: false, outdone: rank })).claimed).to.deep.equal({ kind: 'contested' });
  });

  it('should go on with what was begun for the same set', () => {
    const { claimed } = play(() => ({ isGranted: true, head: headOf([chosen(0), chosen(1), chosen(2)]) }));
    expect(claimed.kind).to.equal('granted');
  });

  it('should take what others have for void only where a majority of its set has promised not to take it', () => {
    const { set, others } = play(granted);
    const theirs = [set[0]!, ...others];
    const has = (...holders: NodeId[]) => {
      return (to: NodeId): Told => (holders.includes(to) ? { isGranted: true, head: headOf(theirs) } : granted());
    };
    const minority = play(has(set[0]!));
    expect(minority.claimed.kind).to.equal('granted');
    expect(minority.asked, 'all of that set are asked as well').to.have.length(5);
    expect(play(has(set[0]!, others[0]!)).claimed.kind).to.equal('known');
    expect(play(has(set[0]!), { there: set }).claimed.kind, 'of whom nothing is heard').to.equal('known');
    const moved = play(() => ({ isGranted: true, head: headOf(theirs, 1) }));
    expect(moved.claimed.kind, 'only what a majority had goes on elsewhere').to.equal('known');
  });

  it('should outdo what one of its own set is promised to, though the others would do', () => {
    const { claimed, set } = play((to, rank) =>
      to === chosen(0) && rank <= 2 ? { isGranted: false, outdone: 2 } : granted(),
    );
    expect(claimed).to.deep.equal({ kind: 'granted', tried: { set, createdAtMs: 9, rank: 3 } });
  });

  it('should outdo the promises for which it seems that something tried before may still be taken', () => {
    const { others, set } = play(granted);
    const before = { set: [set[0]!, ...others], createdAtMs: 1 };
    const told = (to: NodeId, rank: number): Told =>
      others.includes(to) && rank <= 2 ? { isGranted: false, outdone: 2 } : granted();
    expect(play(told, { before }).claimed).to.deep.include({
      kind: 'granted',
      tried: { set, createdAtMs: 9, rank: 3 },
    });
  });

  it('should take what one of two has for void when the other one has promised', () => {
    const theirs = [chosen(0), chosen(1)];
    const told = (to: NodeId): Told => (to === chosen(0) ? { isGranted: true, head: headOf(theirs) } : granted());
    expect(play(told).claimed.kind).to.equal('granted');
    const both = (to: NodeId): Told => (theirs.includes(to) ? { isGranted: true, head: headOf(theirs) } : granted());
    expect(play(both).claimed.kind).to.equal('known');
  });

  it('should not give up what was tried before unless it is void', () => {
    const { others, set } = play(granted);
    const before = { set: [set[0]!, ...others], createdAtMs: 1 };
    expect(play(granted, { before }).claimed.kind).to.equal('granted');
    expect(play(granted, { before, there: set }).claimed.kind).to.equal('known');
  });
});

function chosen(place: number): NodeId {
  return chooseHolders(new Stage(5).scene.view, JOB)[place]!;
}
