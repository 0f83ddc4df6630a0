import { assert } from '../kernel/assert.js';
import { EPOCHS_PER_BALLOT, epochRange, type EpochRange } from './register/epochs.js';

/** Epochs left when the next ballot is asked for: more than a shard can offer before it answers. */
const EPOCHS_AHEAD = 2 ** 16;

/** The fencing numbers that the coordinator of a shard gives to attempts, under one ballot. */
export class AttemptEpochs {
  readonly #range: EpochRange;
  #counter = 0;

  /** @param place - in the replica set, of a survivor that goes on alone */
  constructor(
    private readonly shard: string,
    private readonly ballot: number,
    place: number | undefined,
  ) {
    this.#range = epochRange(place);
  }

  next(): number {
    this.#counter += 1;
    const { size } = this.#range;
    assert(this.#counter < size, () => `${this.shard}: ballot ${this.ballot} has run out of epochs`);
    return this.last;
  }

  /** Below it are all epochs of earlier ballots. */
  get last(): number {
    return this.ballot * EPOCHS_PER_BALLOT + this.#range.first + this.#counter;
  }

  /** Time for a new ballot: tasks that are refused again and again use up epochs too. */
  get isShort(): boolean {
    return this.#counter > this.#range.size - EPOCHS_AHEAD;
  }
}
