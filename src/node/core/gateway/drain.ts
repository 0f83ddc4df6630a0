import { CoveyError } from '../../../kernel/errors.js';
import { isLive } from '../../../membership/member.js';
import { ask, type Conversation } from './conversation.js';
import type { Draining, Requests } from './requests.js';
import type { Scene } from './scene.js';

/** Has a node, named by its id or a unique beginning or end of that (lists show the end), take no work any more; answers what it still has. */
export function* drain(scene: Scene, { node: name, begin }: Requests['drain']['asks']): Conversation<Draining> {
  const matches = [...scene.membership.members.values()].filter(({ id }) => id.startsWith(name) || id.endsWith(name));
  const [member, ...others] = matches;
  if (!member) throw new CoveyError('not-found', `no node ${JSON.stringify(name)}`, 'see `covey nodes`');
  if (others.length > 0) {
    throw new CoveyError('usage', `${JSON.stringify(name)} is ${matches.length} nodes`, 'give more of the id');
  }
  if (!isLive(member)) {
    const hint = 'what it held moves to others by itself';
    throw new CoveyError('unavailable', `node ${member.id} is ${member.state}`, hint);
  }
  const answer = yield* ask(member.id, { kind: 'node.drain', begin }, 'node.draining');
  if (!answer) throw new CoveyError('unavailable', `node ${member.id} does not answer`, 'try again; see `covey nodes`');
  const { running, queued, handing, records, unfinished = 0 } = answer;
  return { node: member.id, running, queued, handing, records, unfinished };
}
