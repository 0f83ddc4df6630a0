import { expect } from 'chai';
import { jobId } from '../../../../src/kernel/ids.js';
import { askCoordinator } from '../../../../src/node/core/gateway/coordinator.js';
import { node } from '../../../placement/support.js';
import { Stage, type Flock } from './support/stage.js';

const registered = { register: 'job1', set: [1, 2, 3].map(node) };
const message = { kind: 'job.cancel' as const, job: jobId('job1') };
const done = { kind: 'job.cancelled', known: true, tasks: 4 };

function ask(stage: Stage, flock: Flock) {
  return stage.play(askCoordinator(stage.scene, registered, message, 'job.cancelled'), flock);
}

describe('asking whoever coordinates a register', () => {
  it('should begin with the first of its set', () => {
    const stage = new Stage(4);
    expect(ask(stage, () => done)).to.deep.equal(done);
    expect(stage.said).to.deep.equal(['job.cancel to n1']);
    expect(stage.scene.places.get('job1'), 'nothing to remember').to.equal(undefined);
  });

  it('should follow whom it is pointed at, and begin there the next time', () => {
    const stage = new Stage(4);
    const flock: Flock = ({ to }) => (to === node(3) ? done : { kind: 'elsewhere', nodes: [node(3)] });
    ask(stage, flock);
    ask(stage, flock);
    expect(stage.said).to.deep.equal(['job.cancel to n1', 'job.cancel to n3', 'job.cancel to n3']);
  });

  it('should go on to the next of the set where one does not answer', () => {
    const stage = new Stage(4);
    expect(ask(stage, ({ to }) => (to === node(2) ? done : undefined))).to.deep.equal(done);
    expect(stage.said).to.deep.equal(['job.cancel to n1', 'pause 250', 'job.cancel to n2']);
  });

  it('should forget who it was once that does not serve any more', () => {
    const stage = new Stage(4);
    stage.scene.places.set('job1', node(3));
    ask(stage, ({ to }) => (to === node(1) ? done : { kind: 'elsewhere', nodes: [] }));
    expect(stage.said).to.deep.equal([
      ...['job.cancel to n3', 'pause 250', 'job.cancel to n0', 'pause 250', 'job.cancel to n1'],
    ]);
    expect(stage.scene.places.get('job1')).to.equal(undefined);
  });

  it('should ask until somebody has taken over, but not for ever', () => {
    const patient = new Stage(4);
    const takesOver: Flock = () => (patient.nowMs > 6_000 ? done : { kind: 'elsewhere', nodes: [] });
    expect(ask(patient, takesOver)).to.deep.equal(done);
    const vain = new Stage(4);
    expect(ask(vain, () => ({ kind: 'elsewhere', nodes: [] }))).to.equal(undefined);
    expect(vain.nowMs - 1_000).to.be.within(15_000, 15_500);
  });
});
