import type { RegisterMutant } from './mutant.js';

/** Of two registers with one id: rule 7. */
export const CLAIM_MUTANTS: readonly RegisterMutant[] = [
  {
    name: 'claim-not-kept',
    rule: '7',
    edits: [{ file: 'claim.ts', find: 'if (!claim) return false;', replace: 'if (lineage) return false;' }],
  },
  {
    name: 'claim-granted-before-durable',
    rule: '7',
    edits: [
      {
        file: 'registers.ts',
        find: 'const acceptor = this.replica.get(id);\n    if (answer && acceptor) this.#claims',
        replace:
          "const acceptor = this.replica.get(id);\n    if (answer) this.#out.push({ kind: 'register', news: { kind: 'claimed', id, tag, answer } });\n    if (answer && acceptor) this.#claims",
      },
    ],
  },
  {
    name: 'claim-forgotten-after-restart',
    rule: '7',
    edits: [{ file: 'acceptor.ts', find: 'acceptor.claim = core?.claim;', replace: '' }],
  },
  {
    name: 'former-claim-of-the-same-set-revived',
    rule: '7',
    edits: [{ file: 'claim.ts', find: '? rankOf(lineage) < claim.since', replace: '? false' }],
  },
  {
    name: 'later-claim-of-the-same-set-not-noted',
    rule: '7',
    edits: [{ file: 'claim.ts', find: 'rank > before.rank ? { ...before, rank } : before', replace: 'before' }],
  },
  {
    name: 'claimer-not-told-what-is-there',
    rule: '7',
    edits: [{ file: 'replica.ts', find: '...(head ? { head } : {}) };', replace: '};' }],
  },
  {
    name: 'claim-overruled-by-what-may-be-at-a-minority',
    rule: '7',
    edits: [{ file: 'replica.ts', find: "'committed' in ask && ask.committed > 0", replace: "'committed' in ask" }],
  },
];
