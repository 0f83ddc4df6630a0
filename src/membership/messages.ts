import { LoadVectorSchema } from '../kernel/load.js';
import { count, list, NodeIdSchema, oneOf, record, text, Type, type Static } from '../kernel/schema.js';
import { RUMOURS_MAX, SLOTS } from './config.js';
import { MemberStateSchema } from './member.js';

/** Lines of one digest message: some 100 KiB. */
export const DIGEST_LINES_MAX = 1024;
/** States of one message. A usual one is 500 bytes; with every field at its bound, 16 stay below 1 MiB. */
export const STATES_MAX = 16;

/** A state on its way through the flock. It names no reporter: whoever tells it sends the same bytes. */
const RumourSchema = record({
  member: MemberStateSchema,
  /** Tells the reporters of a suspicion apart, see docs/membership.md; 0 for any other state. */
  slot: count(SLOTS - 1),
  /** The reporter knows the member from its disk only: its suspicion counts with those that know it too. */
  unheard: Type.Optional(Type.Literal(true)),
});
export type Rumour = Static<typeof RumourSchema>;

const seq = count();
const standing = { boot: count(), n: count(), state: oneOf('alive', 'suspect', 'dead', 'left') };
const riders = { rumours: list(RumourSchema, RUMOURS_MAX), load: Type.Optional(LoadVectorSchema) };

const LineSchema = record({ id: NodeIdSchema, ...standing });
export type DigestLine = Static<typeof LineSchema>;

/** What the members' machines say to each other, directly but for the rumour, which is gossiped. */
export const MEMBERSHIP_MESSAGES = {
  'swim.ping': record({ kind: Type.Literal('swim.ping'), seq, ...riders }),
  /** `wallMs`: what the sender's wall clock shows. */
  'swim.ack': record({ kind: Type.Literal('swim.ack'), seq, wallMs: count(), ...riders }),
  /** "Ping `target` for me": answered by the target's ack, or by a nack. */
  'swim.ping-req': record({ kind: Type.Literal('swim.ping-req'), seq, target: NodeIdSchema }),
  'swim.nack': record({ kind: Type.Literal('swim.nack'), seq }),
  /** The receiver is thought suspect, dead or of a later boot, and should refute it. */
  'swim.accused': record({ kind: Type.Literal('swim.accused'), ...standing }),
  /**
   * First words on a connection, and the start of anti-entropy; `ask`: send a digest if `view` is not yours. `joined` and
   * `expects`: see admission.ts.
   */
  'swim.hello': record({
    kind: Type.Literal('swim.hello'),
    self: MemberStateSchema,
    view: text(16),
    ask: Type.Boolean(),
    joined: Type.Boolean(),
    expects: Type.Boolean(),
  }),
  /** All that is known of members whose id is above `after` and, unless empty, not above `upTo`. */
  'swim.digest': record({
    kind: Type.Literal('swim.digest'),
    after: text(64),
    upTo: text(64),
    lines: list(LineSchema, DIGEST_LINES_MAX),
  }),
  /** `want`: send me your states of these. `done`: no more follow in answer to the same message. */
  'swim.states': record({
    kind: Type.Literal('swim.states'),
    members: list(MemberStateSchema, STATES_MAX),
    want: list(NodeIdSchema, DIGEST_LINES_MAX),
    done: Type.Boolean(),
  }),
  /** `id` follows from the rest: equal rumours are one gossip message, whoever publishes them. */
  'swim.rumour': record({ kind: Type.Literal('swim.rumour'), id: text(160), rumour: RumourSchema }),
};

type Messages = typeof MEMBERSHIP_MESSAGES;
export type MembershipMessage = { [Kind in keyof Messages]: Static<Messages[Kind]> }[keyof Messages];
export type MessageOf<Kind extends keyof Messages> = Static<Messages[Kind]>;

/** Rumours are the same by (subject, incarnation, state), suspicions also by slot. */
export function rumourId({ member, slot, unheard }: Rumour): string {
  const standing = `${member.id}/${member.boot}.${member.n}/${member.state}`;
  if (member.state !== 'suspect') return standing;
  return unheard ? `${standing}/${slot}/unheard` : `${standing}/${slot}`;
}
