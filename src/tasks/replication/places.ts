import type { Put } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';
import { entriesOf, entryKey } from '../register/stored.js';
import type { Replica } from '../register/replica.js';
import type { Loss } from './degraded.js';
import type { Place, Whereabouts } from './effects.js';
import type { FinalSummary } from './finality.js';
import type { TellOf } from '../register/messages.js';
import { digestOf, majorityOf, type ReplicaSet } from '../register/replica-set.js';
import type { TaskRecord } from '../record.js';
import type { AskedShard } from '../shard-tags.js';
import { SHARD, shardName, TASK_PREFIX, taskEntry } from './names.js';
import { listedOf, type Gist, type Listed } from './resting.js';
import type { Survivor } from './survivor.js';

/** What else is to be known of this node and of others. */
export interface PlacesPort {
  readonly self: NodeId;
  /** Alive, and not suspected. */
  readonly isHere: (node: NodeId) => boolean;
  /** The set that this node would choose for a new register. */
  readonly chooseSet: (id: RegisterId) => ReplicaSet;
  /** Why the store of this node takes no writes; undefined while it does. @default it does */
  readonly storeRefusal?: () => string | undefined;
}

/** Who can speak for a register, as the replicas of this node know it. */
export class Places implements Whereabouts {
  /** Finished when last looked at. */
  readonly #jobs = new Set<RegisterId>();
  private readonly self: NodeId;
  private readonly isHere: PlacesPort['isHere'];
  private readonly choose: PlacesPort['chooseSet'];
  private readonly storeRefusal: NonNullable<PlacesPort['storeRefusal']>;

  constructor(
    { self, isHere, chooseSet, storeRefusal = () => undefined }: PlacesPort,
    private readonly replica: Replica,
    private readonly isOpen: (id: RegisterId) => boolean,
    private readonly survivor: Pick<Survivor<unknown>, 'entriesOf' | 'entryOf' | 'isProvisional' | 'loss' | 'lossOf'>,
  ) {
    this.self = self;
    this.isHere = isHere;
    this.choose = chooseSet;
    this.storeRefusal = storeRefusal;
  }

  /**
   * What keeps this node, which coordinates what a set holds, from having anything recorded, in words for people; undefined
   * where nothing is known.
   *
   * @param isAlone - it goes on without a majority
   */
  hindrance(set: ReplicaSet, isAlone: boolean): string | undefined {
    const refusal = this.storeRefusal();
    if (refusal !== undefined) return `the disk of node ${this.self.slice(-8)} takes no writes: ${refusal}`;
    const here = set.filter((node) => node === this.self || this.isHere(node)).length;
    if (isAlone || here >= majorityOf(set)) return undefined;
    return `only ${here} of its ${set.length} replicas ${here === 1 ? 'is' : 'are'} up, which is no majority`;
  }

  /** Whether this node would give a new register the same replicas. */
  wouldChoose(id: RegisterId, set: ReplicaSet): boolean {
    return digestOf(this.choose(id)) === digestOf(set);
  }

  placeOf(id: RegisterId): Place {
    if (this.isOpen(id)) return { kind: 'here' };
    const acceptor = this.replica.get(id);
    if (!acceptor?.head) return { kind: 'unknown' };
    if (acceptor.isGone) return { kind: 'gone' };
    // What it has lost of a finished register it does not miss itself: the others are asked.
    if (acceptor.final !== undefined && this.replica.abstention.known(acceptor) !== undefined)
      return { kind: 'elsewhere', nodes: acceptor.head.set.filter((node) => node !== this.self) };
    if (acceptor.final !== undefined)
      return { kind: 'final', summary: acceptor.final as FinalSummary, set: acceptor.head.set };
    const { head, isStub, promised } = acceptor;
    if (isStub) return { kind: 'elsewhere', nodes: head.set };
    const coordinator = promised?.node;
    const isThere = coordinator !== undefined && coordinator !== this.self && this.isHere(coordinator);
    return { kind: 'elsewhere', nodes: isThere ? [coordinator] : [] };
  }

  /**
   * Nodes that may serve where this one cannot. Of what is unknown here those that would hold it by today's ring: there its
   * replicas move when their set is gone.
   */
  hints(id: RegisterId): NodeId[] {
    const place = this.placeOf(id);
    if (place.kind === 'elsewhere') return [...place.nodes];
    return place.kind === 'unknown' ? this.choose(id).filter((node) => node !== this.self) : [];
  }

  shardRegister(job: string, shard: number): RegisterId {
    const whole = shard === 0 ? this.replica.get(job) : undefined;
    const summary = whole?.final as FinalSummary | undefined;
    const gist = whole?.gist as Gist | undefined;
    const isOnly = gist?.hasShard === true || whole?.entries.get(SHARD) !== undefined || summary?.shard !== undefined;
    return isOnly ? job : shardName(job, shard);
  }

  /** Jobs of which this node is a replica, unfinished, and nobody who coordinates them is there. */
  *orphanedJobs(): Generator<Listed> {
    for (const acceptor of this.replica.registers()) {
      const listed = listedOf(acceptor);
      const place = listed && this.placeOf(acceptor.id);
      if (listed && place?.kind === 'elsewhere' && place.nodes.length === 0) yield listed;
    }
  }

  /** What is on record here of a register that this node coordinates. */
  entriesOf(id: RegisterId): Iterable<readonly [string, { readonly value: unknown }]> {
    return this.survivor.entriesOf(id);
  }

  /** What is on record here of a task of a shard that this node coordinates. */
  taskRecord(id: RegisterId, index: number): TaskRecord | undefined {
    return this.survivor.entryOf(id, taskEntry(index))?.value as TaskRecord | undefined;
  }

  /** Whether what is on record here of a task may be taken back. */
  isProvisional(id: RegisterId, index: number): boolean {
    return this.survivor.isProvisional(id, taskEntry(index));
  }

  /** See {@link Survivor.loss}. */
  loss(id: RegisterId): ReturnType<Survivor<unknown>['loss']> {
    return this.survivor.loss(id);
  }

  /** What a set has lost of its members, where that is its majority. */
  lossOf(set: ReplicaSet): Loss | undefined {
    return this.survivor.lossOf(set);
  }

  /** Where the store has the records of its tasks, or that of one, and what stands there. */
  tasksPrefix(id: RegisterId, index?: number): string {
    return entryKey(id, index === undefined ? TASK_PREFIX : taskEntry(index));
  }

  read(puts: readonly Put[]): Iterable<readonly [string, { readonly value: unknown }]> {
    return entriesOf(puts);
  }

  keep(id: RegisterId, summary: FinalSummary): void {
    if (summary.job) this.#jobs.add(id);
  }

  /**
   * Refusals to another coordinator of shards for which this node has prepared a ballot of its own that is no lower. It may have
   * gone on alone under that, and a majority without it would start again, under lower epochs, what ran here. That is as true
   * before this node has joined.
   */
  refusals(shards: readonly AskedShard[]): TellOf<'refused'>[] {
    return shards.flatMap(({ job, shard, ballot }) => {
      // The only shard of a job is kept in the job's register.
      const ids = shard === 0 ? [job, shardName(job, 0)] : [shardName(job, shard)];
      return ids.flatMap((id) => {
        const { promised, head } = this.replica.get(id) ?? {};
        if (promised?.node !== this.self || promised.n < ballot || head?.set.includes(this.self) !== true) return [];
        return [{ kind: 'refused' as const, id, n: ballot, promised: promised.n, head }];
      });
    });
  }

  /** The finished jobs of which this node is a replica. */
  *finishedJobs(): Generator<FinalSummary> {
    for (const id of this.#jobs) {
      const final = this.replica.get(id)?.final as FinalSummary | undefined;
      if (!final) this.#jobs.delete(id);
      else if (!this.isOpen(id)) yield final;
    }
  }
}
