import type { RegisterMutant } from './mutant.js';

/** Ballots, versions, creates: rules 1 to 6. */
export const WRITING_MUTANTS: readonly RegisterMutant[] = [
  {
    name: 'node-id-breaks-ties',
    rule: '1',
    edits: [{ file: 'ballot.ts', find: 'ballot.node === promised.node', replace: 'ballot.node >= promised.node' }],
  },
  {
    name: 'accepts-below-its-promise',
    rule: '1',
    edits: [{ file: 'acceptor.ts', find: '!admits(this.promised, ballot) || ', replace: '' }],
  },
  {
    name: 'what-was-found-is-new',
    rule: '9',
    edits: [
      {
        file: 'proposer.ts',
        find: 'this.#recommit(finding.state, finding.seal);',
        replace: 'this.#recommit(finding.state, finding.seal, true);',
      },
    ],
  },
  {
    name: 'seq-ignored',
    rule: '2',
    edits: [
      { file: 'version.ts', find: ' || a.seq - b.seq', replace: '' },
      {
        file: 'entries.ts',
        find: 'if (held && compareVersions(held.version, version) >= 0) return false;',
        replace: 'if (held && compareVersions(held.version, version) > 0) return false;',
      },
    ],
  },
  {
    name: 'acknowledgement-of-another-write-counted',
    rule: '2',
    edits: [
      {
        file: 'writes.ts',
        find: 'const write = this.#pending?.get(seq);',
        replace: 'const write = this.#pending?.get(seq) ?? [...this][0];\n    seq = write?.chunk.seq ?? seq;',
      },
    ],
  },
  {
    name: 'acknowledgement-of-another-ballot-counted',
    rule: '2',
    edits: [{ file: 'proposer.ts', find: "if (n !== this.#n || !('delivery'", replace: "if (!n || !('delivery'" }],
  },
  {
    name: 'first-version-learned',
    rule: '2',
    edits: [
      {
        file: 'learning.ts',
        find: '(known && compareVersions(known.version, version) >= 0)',
        replace: 'known',
      },
    ],
  },
  {
    name: 'ballot-1-after-a-restart',
    rule: '3',
    edits: [
      {
        file: 'coordinators.ts',
        find: 'if (isUntouched && set[0] === self) proposer.create();',
        replace: 'if (set[0] === self && (own?.promised?.n ?? 1) === 1) return this.#add(id, made, fallback).create();',
      },
    ],
  },
  {
    name: 'learned-without-committing-again',
    rule: '3',
    edits: [
      {
        file: 'proposer.ts',
        find: '    delivery.start();\n',
        replace: '    delivery.start();\n    if (this.#n > FIRST_N) this.#installed(delivery, 0);\n',
      },
    ],
  },
  {
    name: 'promise-of-unknown-not-stored',
    rule: '4',
    edits: [
      {
        file: 'replica.ts',
        find: 'acceptor.flush(votes.puts);\n        return this.#vouch(acceptor, acceptor.report(',
        replace:
          'if (acceptor.head) acceptor.flush(votes.puts);\n        return this.#vouch(acceptor, acceptor.report(',
      },
    ],
  },
  {
    name: 'answers-before-durable',
    rule: '4',
    edits: [
      {
        file: 'replica.ts',
        find: 'votes.vouched.push({ tell, doubt: this.abstention.known(acceptor) });',
        replace: 'void acceptor;\n    votes.atOnce.push(tell);',
      },
    ],
  },
  {
    name: 'promise-forgotten-after-restart',
    rule: '4',
    edits: [{ file: 'acceptor.ts', find: 'acceptor.promised = core?.promised;', replace: '' }],
  },
  {
    name: 'create-sent-before-own-accept-is-durable',
    rule: '4',
    edits: [
      { file: 'delivery.ts', find: 'if (this.about.n !== FIRST_N || transfer.to === self) ', replace: 'if (self) ' },
    ],
  },
  {
    name: 'prepare-sent-before-own-promise-is-durable',
    rule: '4',
    edits: [
      {
        file: 'proposer.ts',
        find: "this.#phase = { kind: 'claiming', learning: new Learning() };",
        replace:
          "this.#phase = { kind: 'preparing', learning: new Learning() };\n    for (const node of this.head.set) if (node !== this.port.self) this.port.ask(node, { kind: 'prepare', ...this.#about() });",
      },
    ],
  },
  {
    name: 'reader-told-the-uncommitted',
    rule: '5',
    edits: [
      {
        file: 'replica.ts',
        find: "if (!acceptor.isCommitted(key)) return { kind: 'ask-coordinator' };",
        replace: "if (!acceptor.entries.get(key)) return { kind: 'ask-coordinator' };",
      },
    ],
  },
  { name: 'create-tried-on-two-sets', rule: '6', edits: [], otherSets: [[2, 3, 4]] },
];
