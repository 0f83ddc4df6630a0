import { DISCIPLINE_NAMES, type DisciplineName } from '../../src/kernel/disciplines.js';
import { Prng } from '../../src/kernel/prng.js';

/** In one story of so many each node draws the order of its queue. The seeds before are as they were. */
const ORDERED = 3;
const ORDERED_FROM = 10_001;
/** So that it does not follow from what is drawn elsewhere. */
const DISCIPLINES = 0xd15c;

export function isOrdered(seed: number): boolean {
  return seed >= ORDERED_FROM && seed % ORDERED === 0;
}

/** @param index - of the node, the same at each of its starts */
export function disciplineOf(seed: number, index: number): { readonly discipline?: DisciplineName } {
  if (!isOrdered(seed)) return {};
  const discipline = new Prng((seed ^ DISCIPLINES) + index).pick(DISCIPLINE_NAMES);
  return discipline === undefined ? {} : { discipline };
}
