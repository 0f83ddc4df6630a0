export interface JobHomeConfig {
  /** Jobs that are not finished; beyond it a create is refused as busy. */
  readonly openJobsMax: number;
  /** Shards of one job under creation at once at one node: a big array must not flood it. */
  readonly creatingMax: number;
  /** A shard's coordinator that does not answer for so long is passed over; twice as long where its set has to be connected first. */
  readonly shardMs: number;
  /** How often unfinished shards are asked how they stand, and how many of one job at a time. */
  readonly pollMs: number;
  readonly pollMax: number;
}

export const JOB_HOME_DEFAULTS: JobHomeConfig = {
  openJobsMax: 200_000,
  creatingMax: 16,
  shardMs: 5_000,
  pollMs: 5_000,
  pollMax: 64,
};
