/** Orders in which a node may start what waits for it: src/executor/queue. */
export const DISCIPLINE_NAMES = [
  'fifo',
  'priority',
  'sjf',
  'srtf',
  'edf',
  'rm',
  'dm',
  'fair-share',
  'weighted-share',
  'capacity',
  'backfill',
] as const;
export type DisciplineName = (typeof DISCIPLINE_NAMES)[number];
