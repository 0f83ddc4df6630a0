import type { Latency, ZoneLatency } from '../world/network-latency.js';
import { zonePair } from '../world/network-latency.js';
import { parseSize } from '../../src/kernel/units.js';
import { readDuration, shown, wrong, type Section } from '../../src/toml/section.js';

/** How the network is from beginning to end. What is undefined is as in the world's own defaults. */
export interface NetworkSpec {
  readonly latency?: Latency;
  readonly zoneLatency?: ZoneLatency;
  readonly loss?: number;
  readonly packetLoss?: number;
  readonly bandwidthBytesPerS?: number;
}

/** `[network]`, with `[[network.links]]` for pairs of zones. */
export function readNetwork(scenario: Section, zones: readonly string[]): NetworkSpec {
  const section = scenario.section('network');
  if (section === undefined) return {};
  const latency = section.read('latency', readLatency);
  const loss = section.part('loss');
  const packetLoss = section.part('packet-loss');
  const bandwidthBytesPerS = section.read('bandwidth', (value) => parseSize(String(value)));
  const links = section.sections('links').map((link) => readLink(link, zones));
  section.end();
  return {
    ...(latency === undefined ? {} : { latency }),
    ...(links.length === 0 ? {} : { zoneLatency: Object.fromEntries(links) }),
    ...(loss === undefined ? {} : { loss }),
    ...(packetLoss === undefined ? {} : { packetLoss }),
    ...(bandwidthBytesPerS === undefined ? {} : { bandwidthBytesPerS }),
  };
}

function readLink(link: Section, zones: readonly string[]): readonly [string, Latency] {
  const between = link.several('between', (value) => {
    const zone = zones.find((known) => known === value);
    if (zone !== undefined) return zone;
    throw wrong(`${shown(value)} is not a zone`, `there is ${zones.join(', ')}`);
  });
  const [a, b = a] = between;
  if (a === undefined || b === undefined || between.length > 2) {
    throw link.missing('between', 'write between = ["core", "edge"], or one zone for within it');
  }
  const latency = link.read('latency', readLatency);
  if (latency === undefined) throw link.missing('latency', LATENCY_HINT);
  link.end();
  return [zonePair(a, b), latency];
}

const LATENCY_HINT = 'write "5ms", "1ms-3ms", or "40ms~0.3" (median and spread of a lognormal)';

/** One way: `5ms`, `1ms-3ms`, `40ms~0.3`. */
function readLatency(value: unknown): Latency {
  const text = String(value);
  const range = /^([^-]+)-([^-]+)$/.exec(text);
  const spread = /^([^~]+)~(\d+(?:\.\d+)?)$/.exec(text);
  if (range) {
    const [lowMs, highMs] = [readDuration(range[1], true), readDuration(range[2])];
    if (lowMs <= highMs) return { kind: 'uniform', lowMs, highMs };
    throw wrong(`${shown(value)} goes down`, LATENCY_HINT);
  }
  if (!spread) return { kind: 'constant', ms: readDuration(text, true) };
  const sigma = Number(spread[2]);
  if (sigma <= 3) return { kind: 'lognormal', medianMs: readDuration(spread[1]), sigma };
  throw wrong(`a spread of ${sigma}`, 'at most 3; 0.3 is a common one');
}
