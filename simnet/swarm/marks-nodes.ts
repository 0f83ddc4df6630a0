import type { NodeId } from '../../src/kernel/ids.js';
import type { Flock } from '../world/flock.js';
import type { Death } from '../world/sim-node.js';
import type { Mark } from './sometimes.js';

/** Marks that show in what nodes believe and hold, when they are looked at or when they die. */
export class NodeMarks {
  readonly #unfinished = new Set<NodeId>();
  readonly #incarnations = new Map<NodeId, string>();
  readonly #apart = new Set<string>();

  constructor(
    private readonly flock: Flock,
    private readonly reach: (mark: Mark) => void,
  ) {
    flock.onDeath((id, death) => this.#died(id, death));
  }

  started(node: NodeId): void {
    if (this.#unfinished.delete(node)) this.reach('coordinator restarted');
  }

  look(): void {
    const { up } = this.flock;
    if (up.length === 0) this.reach('all down');
    for (const { id, core } of up) {
      if ((core.stats()['held'] ?? 0) > 0) this.reach('disk failed');
      if ((core.stats()['degraded'] ?? 0) > 0) this.reach('went on alone');
      const { boot, n, draining } = core.membership.self;
      const [wasBoot, wasN] = (this.#incarnations.get(id) ?? `${boot} ${n}`).split(' ').map(Number);
      if (wasBoot === boot && n > (wasN ?? n) && !draining) this.reach('suspicion refuted');
      this.#incarnations.set(id, `${boot} ${n}`);
      for (const other of up) this.#compare(id, other.id, core.membership.get(other.id)?.state);
    }
  }

  #compare(id: NodeId, other: NodeId, state: string | undefined): void {
    const pair = `${id} ${other}`;
    if (state === 'dead') {
      this.#apart.add(pair);
      this.reach('false death');
    } else if (state === 'alive' && this.#apart.delete(pair) && this.#apart.delete(`${other} ${id}`)) {
      this.reach('split healed');
    }
  }

  #died(id: NodeId, death: Death): void {
    const { unfinished = 0, queued = 0 } = this.flock.node(id).core.stats();
    if (unfinished > 0) this.#unfinished.add(id);
    if (queued > 0) this.reach('died with a queue');
    if (death === 'poison') this.reach('poisoned');
    if (this.flock.up.length === 0) this.reach('all down');
  }
}
