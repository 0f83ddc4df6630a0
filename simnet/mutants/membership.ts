import type { Mutant } from './mutant.js';

/** Of who lives and who does not. */
export const MEMBERSHIP_MUTANTS: readonly Mutant[] = [
  {
    name: 'incarnation-ignored',
    file: 'src/membership/member.ts',
    find: 'return a.boot - b.boot || a.n - b.n;',
    replace: 'return a.boot - b.boot;',
    breaks: 'who lives refutes what is said of it',
  },
  {
    name: 'boot-ignored',
    file: 'src/membership/member.ts',
    find: 'return a.boot - b.boot || a.n - b.n;',
    replace: 'return a.n - b.n;',
    breaks: 'a restart is seen by everyone at once',
  },
  {
    name: 'accusation-not-refuted',
    file: 'src/membership/beliefs.ts',
    find: 'this.announce({ ...me, n: said.n + 1 });',
    replace: '',
    breaks: 'who lives refutes what is said of it',
  },
  {
    name: 'suspect-never-dead',
    file: 'src/membership/beliefs.ts',
    find: "state: 'dead' };",
    replace: "state: 'suspect' };",
    breaks: 'a crashed node is dead for all in time',
  },
  {
    name: 'nobody-suspected',
    file: 'src/membership/prober.ts',
    find: 'this.beliefs.accuse(probe.target);',
    replace: '',
    breaks: 'a crashed node is suspected in time',
  },
  {
    name: 'dead-soon-forgotten',
    file: 'src/membership/config.ts',
    find: 'rememberMs: 86_400_000,',
    replace: 'rememberMs: 1_000,',
    breaks: 'the dead are remembered, so that partitions heal',
  },
  {
    name: 'nobody-redialled',
    file: 'src/membership/dialler.ts',
    find: 'if (!chosen) return;',
    replace: 'return;',
    breaks: 'partitions heal by themselves',
  },
  {
    name: 'leave-not-told',
    file: 'src/membership/membership.ts',
    find: 'this.#beliefs.announce(gone);\n    for (const peer of this.#prng.sample(this.#view.peers, FAREWELLS)) {',
    replace: 'for (const peer of this.#prng.sample(this.#view.peers, 0)) {',
    breaks: 'who leaves is left, not dead',
  },
  {
    name: 'left-for-ever',
    file: 'src/membership/beliefs.ts',
    find: 'if (order <= 0) return false;',
    replace: "if (order <= 0 || held.state === 'left') return false;",
    breaks: 'who left may come back',
  },
  {
    name: 'suspects-have-no-time',
    file: 'src/membership/suspicion.ts',
    find: 'return this.startedMs + Math.max(this.minMs, this.#maxMs - fall);',
    replace: 'return this.startedMs + 0 * fall;',
    breaks: 'who lives has the time to refute',
  },
];
