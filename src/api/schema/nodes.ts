import { ResourcesSchema } from '../../kernel/resources.js';
import { oneOf, record, textMap, Type } from '../../kernel/schema.js';
import { CandidateSchema } from './jobs.js';
import { integer, meaning, nullable, string, type View } from './parts.js';

export const RingViewSchema = record({ key: string(), hash: integer(), candidates: Type.Array(CandidateSchema) });
/** Who would hold and run a key, in order. */
export interface RingView extends View<typeof RingViewSchema> {}

const NodeViewSchema = record({
  id: string(),
  state: oneOf('alive', 'suspect', 'dead', 'left'),
  self: meaning('It is the one that answers.', Type.Boolean()),
  addresses: Type.Array(string()),
  boot: integer(),
  version: string(),
  cpus: Type.Number(),
  load: nullable(
    record({ running: Type.Number(), queued: Type.Number(), waiting: Type.Number(), free: Type.Number() }),
  ),
  speed: meaning('Of a core, beside others: given, or measured at its start; 1 is a usual one.', Type.Number()),
  resources: ResourcesSchema,
  labels: textMap(1000, 4096),
  zone: string(),
  discipline: meaning('The order in which it starts what waits there.', string()),
  draining: Type.Boolean(),
  rttMs: nullable(Type.Number()),
});
export interface NodeView extends View<typeof NodeViewSchema> {}

export const NodesAnswerSchema = record({ nodes: Type.Array(NodeViewSchema) });
export interface NodesAnswer extends View<typeof NodesAnswerSchema> {}

const StoreViewSchema = record({
  ok: meaning('It takes writes; while it does not, the node is not ready and takes no submissions.', Type.Boolean()),
  reason: meaning('Why it takes none.', nullable(string())),
  bad: meaning('Values with a wrong checksum that were met and still stand.', integer()),
  loss: meaning('What had been stored was lost, wholly or in part, before this start.', Type.Boolean()),
});
/** The store of the daemon that answers. */
export interface StoreView extends View<typeof StoreViewSchema> {}

export const SelfViewSchema = record({
  node: string(),
  version: string(),
  pid: integer(),
  boot: integer(),
  listen: Type.Array(string()),
  socket: string(),
  http: nullable(string()),
  ready: Type.Boolean(),
  store: StoreViewSchema,
  stats: meaning('Frames refused, gossip mesh size, queue lengths, peers.', Type.Record(Type.String(), Type.Number())),
  health: Type.Array(record({ what: string(), hint: string() })),
});
/** The daemon that answers. */
export interface SelfView extends View<typeof SelfViewSchema> {}

export const HealthSchema = record({ ok: Type.Boolean(), store: StoreViewSchema });
export const ReadinessSchema = record({ ready: Type.Boolean(), store: StoreViewSchema });

const DoctorCheckSchema = record({
  name: string(),
  ok: Type.Boolean(),
  what: meaning('What was found.', string()),
  hint: meaning('What to do; null where nothing is wrong.', nullable(string())),
});
export interface DoctorCheck extends View<typeof DoctorCheckSchema> {}

export const DoctorAnswerSchema = record({ checks: Type.Array(DoctorCheckSchema) });
export interface DoctorAnswer extends View<typeof DoctorAnswerSchema> {}

export const DrainingSchema = record({
  node: string(),
  running: integer(),
  queued: integer(),
  handing: meaning('Results and tasks that it has handed over and nobody has taken down yet.', integer()),
  records: meaning('Jobs and shards of which it is a replica, and another node could be.', integer()),
  unfinished: meaning(
    'Tasks that have not ended and stay on it, since no other node is there to take them.',
    integer(),
  ),
});
/** What a node that drains still has. */
export interface Draining extends View<typeof DrainingSchema> {}

export const LeavingSchema = record({
  leaving: Type.Literal(true),
  unfinished: meaning(
    "Tasks whose records nobody else can take: they stay on this node's disk, and go on once it is started again.",
    integer(),
  ),
});
export interface Leaving extends View<typeof LeavingSchema> {}
