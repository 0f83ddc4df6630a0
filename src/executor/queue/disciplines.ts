import type { DisciplineName } from '../../kernel/disciplines.js';
import { backfill } from './backfill.js';
import { capacity } from './capacity.js';
import type { MakeDiscipline } from './discipline.js';
import { edf } from './edf.js';
import { fairShare } from './fair-share.js';
import { fifo } from './fifo.js';
import { priority } from './priority.js';
import { dm, rm } from './rate-monotonic.js';
import { sjf } from './sjf.js';
import { srtf } from './srtf.js';
import { weightedShare } from './weighted-share.js';

export const DISCIPLINES: Readonly<Record<DisciplineName, MakeDiscipline>> = {
  fifo,
  priority,
  sjf,
  srtf,
  edf,
  rm,
  dm,
  'fair-share': fairShare,
  'weighted-share': weightedShare,
  capacity,
  backfill,
};
