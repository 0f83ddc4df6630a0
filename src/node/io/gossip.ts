import './shim.js';
import {
  gossipsub,
  StrictNoSign,
  TopicValidatorResult,
  type GossipSub,
  type GossipsubMessage,
  type Message as GossipMessage,
} from '@chainsafe/libp2p-gossipsub';
import { createHash } from 'node:crypto';
import { MESH } from '../core/mesh.js';
import type { Topic } from '../core/ports.js';
import { DecodeError, type Codec } from './codec.js';
import type { TransportLimits } from './limits.js';
import type { Tally } from './tally.js';

const TOPICS: readonly Topic[] = ['rumours', 'load'];

/** gossipsub as covey needs it; see docs/adr/0002. */
export function gossipService(cluster: string, limits: TransportLimits): ReturnType<typeof gossipsub> {
  return gossipsub({
    // The network is authenticated; a signature on each message would double its cost and prove nothing we need.
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: messageId,
    allowedTopics: TOPICS.map((topic) => topicName(cluster, topic)),
    // Many nodes at one address (one host, one NAT) are no attack. With the default their meshes are silently empty.
    // Nor is a slow node: penalties for unkept promises would shut out whoever is busy.
    scoreParams: { IPColocationFactorWeight: 0, behaviourPenaltyWeight: 0 },
    ...{ D: MESH.degree, Dlo: MESH.low, Dhi: MESH.high, Dlazy: MESH.lazy, gossipFactor: MESH.gossipFactor },
    emitSelf: false,
    fallbackToFloodsub: false,
    floodPublish: true,
    batchPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    doPX: false,
    tagMeshPeers: false,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxInboundDataLength: 16 * limits.gossipBytesMax,
    maxOutboundBufferSize: 64 * limits.gossipBytesMax,
    maxTopicBytesPerPeer: 16 * 1_024,
    decodeRpcLimits: {
      maxSubscriptions: 16,
      maxMessages: 512,
      maxIhaveMessageIDs: 1_024,
      maxIwantMessageIDs: 1_024,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: 64,
      maxPeerInfos: 0,
    },
  });
}

function topicName(cluster: string, topic: Topic): string {
  return `covey/${cluster}/${topic}`;
}

/** Who says the same on the same topic says one thing: a thousand nodes that notice one death publish one message. */
function messageId(message: GossipMessage): Uint8Array {
  return createHash('sha256').update(message.topic).update('\0').update(message.data).digest().subarray(0, 16);
}

/** The gossip side of the transport: typed messages on covey's topics. */
export class Gossip<Message> {
  /** What the validator decoded, until it is delivered. */
  readonly #decoded = new WeakMap<GossipMessage, Message>();

  constructor(
    readonly pubsub: GossipSub,
    readonly cluster: string,
    readonly codec: Codec<Message>,
    readonly limits: TransportLimits,
    readonly tally: Tally,
    readonly deliver: (topic: Topic, message: Message) => void,
  ) {
    const topics = new Map(TOPICS.map((topic) => [topicName(cluster, topic), topic]));
    for (const name of topics.keys()) pubsub.topicValidators.set(name, (_peer, message) => this.#judge(message));
    pubsub.addEventListener('gossipsub:message', ({ detail }: CustomEvent<GossipsubMessage>) => {
      const topic = topics.get(detail.msg.topic);
      const message = this.#decoded.get(detail.msg);
      if (topic !== undefined && message !== undefined) this.deliver(topic, message);
    });
  }

  /** Joins the topics; the network must have started. */
  start(): void {
    for (const topic of TOPICS) this.pubsub.subscribe(topicName(this.cluster, topic));
  }

  publish(topic: Topic, message: Message): void {
    const bytes = this.codec.encode([message]);
    if (bytes.length > this.limits.gossipBytesMax) {
      this.tally.drop(1);
      this.tally.warn('a gossip message is too large', { topic, bytes: bytes.length });
      return;
    }
    this.pubsub.publish(topicName(this.cluster, topic), bytes).catch(() => this.tally.drop(1));
  }

  /** Peers in the mesh of each topic. */
  mesh(): Record<Topic, number> {
    const meshOf = (topic: Topic) => this.#meshPeers(topicName(this.cluster, topic)).length;
    return { rumours: meshOf('rumours'), load: meshOf('load') };
  }

  /** The class has this method, its published interface has not. */
  #meshPeers(topic: string): readonly string[] {
    const pubsub = this.pubsub as GossipSub & { getMeshPeers(topic: string): string[] };
    return pubsub.getMeshPeers(topic);
  }

  /** What cannot be read is not passed on; what only a newer version can read is. */
  #judge(message: GossipMessage): TopicValidatorResult {
    if (message.data.length > this.limits.gossipBytesMax) {
      this.tally.refuse('oversized');
      return TopicValidatorResult.Reject;
    }
    try {
      const { messages, unknown } = this.codec.decode(message.data);
      const [first] = messages;
      if (messages.length + unknown !== 1) throw new DecodeError('invalid', 'gossip carries one message');
      if (first !== undefined) this.#decoded.set(message, first);
      else this.tally.refuse('unknown');
      return TopicValidatorResult.Accept;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.tally.refuse(error.cause);
      return TopicValidatorResult.Reject;
    }
  }
}
