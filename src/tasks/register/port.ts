import type { NodeId } from '../../kernel/ids.js';
import type { Acceptor } from './acceptor.js';
import type { RegisterConfig } from './config.js';
import type { RegisterId } from './head.js';
import type { Ask } from './messages.js';
import type { News } from './news.js';

/** What a coordinator needs of its node. */
export interface ProposerPort {
  readonly self: NodeId;
  readonly config: RegisterConfig;
  /** The node's own replica of a register. */
  readonly own: (id: RegisterId) => Acceptor | undefined;
  readonly isReachable: (node: NodeId) => boolean;
  readonly ask: (to: NodeId, ask: Ask) => void;
  readonly tell: (news: News) => void;
  /** To be called again through the proposer's `retry` after a while. */
  readonly backOff: (id: RegisterId, tries: number) => void;
}
