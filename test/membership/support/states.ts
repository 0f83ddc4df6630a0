import { nodeId } from '../../../src/kernel/ids.js';
import type { MemberState, Profile } from '../../../src/membership/member.js';

export function addressOf(name: string): string {
  return `/memory/${name}/p2p/${name}`;
}

export function profileOf(name: string): Profile {
  return {
    addresses: [addressOf(name)],
    capacity: { cpus: 2, memBytes: 2 ** 30, gpus: 0, custom: {} },
    labels: {},
    zone: '',
    speed: 1,
    version: '0.1.0',
  };
}

/** `state('a', 'suspect', 1, 3)`: a suspect in its first boot, incarnation 3. */
export function state(name: string, liveness: MemberState['state'] = 'alive', boot = 1, n = 0): MemberState {
  return { id: nodeId(name), boot, n, state: liveness, draining: false, profile: profileOf(name) };
}
