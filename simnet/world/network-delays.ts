import type { Prng } from '../../src/kernel/prng.js';
import type { Endpoint } from './link.js';
import { sampleMs, zonePair, type Latency, type ZoneLatency } from './network-latency.js';
import type { NetworkOptions } from './network-options.js';
import type { World } from './world.js';

/** TCP's least wait before it sends again (RFC 6298, as Linux has it); it doubles each time. */
const RETRANSMIT_MS = 200;
/** What a packet carries of a message. */
const PACKET_BYTES = 1_448;

/** How long things take on their way. */
export class Delays {
  #zonesOf: ZoneLatency = {};
  /** The same by zone and zone, or undefined where there is none. */
  #zones: Map<string, Map<string, Latency>> | undefined;

  constructor(
    private readonly world: World,
    private readonly prng: Prng,
    private readonly options: NetworkOptions,
  ) {}

  /** One way of something small. */
  wayMs(from: Endpoint, to: Endpoint): number {
    const latency = this.#between(from.zone, to.zone) ?? this.options.latency;
    const ms = sampleMs(latency, this.prng);
    return from.clogs === undefined ? ms : ms + (from.clogs.get(to.id) ?? 0);
  }

  /** Puts so many bytes behind what the node sends already. Returns when they have left. */
  departMs(from: Endpoint, bytes: number): number {
    const { nowMs } = this.world;
    const bytesPerS = from.bandwidthBytesPerS ?? this.options.bandwidthBytesPerS;
    if (bytesPerS === Infinity) return nowMs;
    from.uplinkFreeMs = Math.max(from.uplinkFreeMs, nowMs) + (1_000 * bytes) / bytesPerS;
    return from.uplinkFreeMs;
  }

  /** What TCP adds where packets of a message get lost; 0 mostly. Packets are sent again all at once. */
  resendingMs(bytes: number): number {
    const { packetLoss } = this.options;
    const packets = Math.ceil(bytes / PACKET_BYTES);
    let ms = 0;
    let pauseMs = RETRANSMIT_MS;
    let partLost = 1 - (1 - packetLoss) ** packets;
    while (ms <= this.options.silenceMs && this.prng.chance(partLost)) {
      ms += pauseMs;
      pauseMs *= 2;
      partLost = packetLoss;
    }
    return ms;
  }

  /** When TCP tries again next that has been trying since `sinceMs`: after a cut of a minute not at once. */
  nextTryMs(sinceMs: number): number {
    const tries = Math.ceil(Math.log2((this.world.nowMs - sinceMs) / RETRANSMIT_MS + 1));
    return sinceMs + RETRANSMIT_MS * (2 ** tries - 1);
  }

  #between(a: string, b: string): Latency | undefined {
    if (this.#zonesOf !== this.options.zoneLatency) this.#read(this.options.zoneLatency);
    return this.#zones?.get(a)?.get(b);
  }

  #read(zoneLatency: ZoneLatency): void {
    this.#zonesOf = zoneLatency;
    this.#zones = undefined;
    for (const [pair, latency] of Object.entries(zoneLatency)) {
      const [a = '', b = ''] = pair.split(' ');
      if (pair !== zonePair(a, b)) throw new RangeError(`${pair} is no pair of zones, such as ${zonePair(a, b)}`);
      this.#zones ??= new Map<string, Map<string, Latency>>();
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const row = this.#zones.get(one) ?? new Map<string, Latency>();
        this.#zones.set(one, row.set(other, latency));
      }
    }
  }
}
