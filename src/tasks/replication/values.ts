import { list, text, Type } from '../../kernel/schema.js';
import { JobRecordSchema } from '../job-record.js';
import { TaskRecordSchema, type TaskRecord } from '../record.js';
import { registerMessages } from '../register/messages.js';
import { ShardRecordSchema } from '../shard-record.js';
import { JobSpecSchema, LIMITS } from '../spec.js';

/** What may stand in the register of a job or shard; null where something is taken out. */
const ValueSchema = Type.Union([
  TaskRecordSchema,
  ShardRecordSchema,
  JobRecordSchema,
  JobSpecSchema,
  list(text(LIMITS.itemBytesMax), LIMITS.shardTasksMax),
  Type.Null(),
]);

export const REGISTER_MESSAGES = registerMessages(ValueSchema);

/** A task's record apart from its tails, and one step of its way. */
const RECORD_BYTES = 400;
const STEP_BYTES = 100;

/** About how many bytes a value takes on the wire. */
export function weigh(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length + 5;
  if (typeof value !== 'object' || value === null) return 9;
  if ('path' in value) return weighRecord(value as TaskRecord);
  let bytes = 5;
  for (const [key, part] of Object.entries(value)) bytes += (Array.isArray(value) ? 0 : key.length + 1) + weigh(part);
  return bytes;
}

function weighRecord({ path, outcome }: TaskRecord): number {
  const tails = outcome ? outcome.stdoutTail.length + outcome.stderrTail.length : 0;
  return RECORD_BYTES + STEP_BYTES * path.length + tails + (outcome?.result?.length ?? 0);
}
