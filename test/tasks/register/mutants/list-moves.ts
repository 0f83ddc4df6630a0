import type { RegisterMutant } from './mutant.js';

/** Moving, forgetting, amnesia: rules 13 to 17. */
export const MOVING_MUTANTS: readonly RegisterMutant[] = [
  {
    name: 'found-seal-ignored',
    rule: '13',
    edits: [
      {
        file: 'proposer.ts',
        find: 'return this.#recommit(finding.state, finding.seal);',
        replace: 'return this.#recommit(finding.state, undefined);',
      },
    ],
  },
  {
    name: 'found-seal-not-committed-again',
    rule: '13',
    edits: [
      {
        file: 'proposer.ts',
        find: 'return this.#recommit(finding.state, finding.seal);',
        replace:
          'if (finding.seal) return this.#install(finding.state, finding.seal, nowMs);\n        return this.#recommit(finding.state, undefined);',
      },
    ],
  },
  {
    name: 'own-seal-not-committed',
    rule: '13',
    edits: [
      {
        file: 'proposer.ts',
        find: 'delivery.write([], seal, undefined, nowMs);\n    return true;',
        replace:
          'delivery.write([], seal, undefined, nowMs);\n    this.#install(this.#ownState(), seal, nowMs);\n    return true;',
      },
    ],
  },
  {
    name: 'installed-state-not-preferred',
    rule: '14',
    edits: [
      {
        file: 'proposer.ts',
        find: 'return this.#recommit(finding.state, finding.seal);',
        replace: 'return this.#recommit(this.#target.fallback ?? finding.state, finding.seal);',
      },
    ],
  },
  {
    name: 'acts-while-sealing',
    rule: '14',
    edits: [
      {
        file: 'proposer.ts',
        find: "    this.#phase = { kind: 'sealing', delivery, seal };\n    this.port.tell({ kind: 'paused', id: this.id });\n    delivery.write([], seal, undefined, nowMs);",
        replace: '    delivery.write([], seal, undefined, nowMs);',
      },
      {
        file: 'proposer.ts',
        find: "if (this.#phase.kind === 'sealing' && chunk.seal)",
        replace: "if (this.#phase.kind === 'open' && chunk.seal && this.#phase.delivery.isInstalled && !tag)",
      },
    ],
  },
  {
    name: 'installs-without-prepare',
    rule: '15',
    edits: [
      {
        file: 'proposer.ts',
        find: 'this.#begin({ head, fallback: { head, entries }, repair: undefined }, nowMs);',
        replace:
          'this.#target = { head, fallback: undefined, repair: undefined };\n    this.#n += nowMs < 0 ? 2 : 1;\n    this.#recommit({ head, entries }, undefined);',
      },
    ],
  },
  {
    name: 'ballots-of-the-new-set-not-above-the-seal',
    rule: '15',
    edits: [
      {
        file: 'proposer.ts',
        find: '    this.#target = target;\n    // The first ballot',
        replace:
          '    const isNext = target.head.generation > this.#target.head.generation;\n    this.#target = target;\n    // The first ballot',
      },
      { file: 'proposer.ts', find: 'FIRST_N) + 1;', replace: 'FIRST_N) + (isNext ? 0 : 1);' },
    ],
  },
  {
    name: 'stub-dropped-early',
    rule: '16',
    edits: [
      {
        file: 'replica.ts',
        find: 'const acceptor = this.#oldEnough(id, now);\n    if (!acceptor) return false;',
        replace:
          'const stub = this.#registers.get(id);\n    const acceptor = stub?.isStub ? stub : this.#oldEnough(id, now);\n    if (!acceptor) return false;',
      },
    ],
  },
  {
    name: 'promise-dropped-early',
    rule: '4',
    edits: [
      {
        file: 'replica.ts',
        find: 'const acceptor = this.#oldEnough(id, now);\n    if (!acceptor) return false;',
        replace:
          'const acceptor = this.#registers.get(id);\n    if (!acceptor || acceptor.isStub || acceptor.isGone) return false;',
      },
    ],
  },
  {
    name: 'unknown-counted-after-the-floor',
    rule: 'forgetting',
    edits: [
      {
        file: 'abstention.ts',
        find: 'return wallMs - about.bornAtMs >= floorMs - skewMs ? TOO_OLD : undefined;',
        replace: 'return wallMs < floorMs - skewMs ? TOO_OLD : undefined;',
      },
    ],
  },
  {
    name: 'votes-with-a-bad-record',
    rule: '17',
    edits: [{ file: 'abstention.ts', find: 'if (acceptor.doubt !== undefined) return acceptor.doubt;\n', replace: '' }],
  },
  {
    name: 'promises-what-rests-unread',
    rule: '3',
    edits: [
      {
        file: 'registers.ts',
        find: 'if (this.replica.get(id)?.isEvicted !== true) return false;',
        replace: 'if (this.replica.get(id)?.final === undefined) return false;',
      },
    ],
  },
  {
    name: 'votes-on-what-went-bad-at-rest',
    rule: '17',
    edits: [{ file: 'replica.ts', find: 'if (isBad) acceptor?.quarantine(this.#nonce());', replace: '' }],
  },
  {
    name: 'votes-after-a-failed-write',
    rule: '17',
    edits: [{ file: 'registers.ts', find: 'this.replica.failed(event.tag.ids);', replace: '' }],
  },
  {
    name: 'restored-copy-votes',
    rule: '17',
    edits: [
      {
        file: 'abstention.ts',
        find: 'return acceptor.era === this.loss.era ? undefined : this.loss.era;',
        replace: 'return undefined;',
      },
    ],
  },
  {
    name: 'empty-disk-votes',
    rule: '17',
    edits: [
      { file: 'abstention.ts', find: 'if (about.bornAtMs <= this.newbornsUntilMs) return this.loss.era;', replace: '' },
    ],
  },
  {
    name: 'repairs-without-a-new-ballot',
    rule: '17',
    edits: [
      {
        file: 'proposer.ts',
        find: "else if (this.#phase.kind === 'open') this.#repair(nowMs);",
        replace: "else if (this.#phase.kind === 'open') this.#phase.delivery.patch(from, doubt);",
      },
      {
        file: 'delivery.ts',
        find: '  resend(nowMs: number): void {',
        replace:
          '  patch(node: NodeId, doubt: number): void {\n    const chunks = new Chunks(this.state, undefined, this.port.config);\n    this.#transfers.set(node, new Transfer(node, chunks, doubt));\n    this.resend(0);\n  }\n\n  resend(nowMs: number): void {',
      },
    ],
  },
  {
    name: 'repairs-from-a-majority',
    rule: '17',
    edits: [
      {
        file: 'proposer.ts',
        find: 'if (missing.every((node) => node === repair.node)) this.#conclude(learning, nowMs);',
        replace:
          'if (missing.length < majorityOf(head.set)) this.#conclude(learning, nowMs);\n      else if (missing.length === 2 && missing.includes(repair.node)) this.#conclude(learning, nowMs);',
      },
    ],
  },
  {
    name: 'whole-after-the-first-part-of-a-repair',
    rule: '17',
    edits: [{ file: 'replica.ts', find: 'ask.doubt !== undefined && ask.head', replace: 'ask.doubt !== undefined' }],
  },
  {
    name: 'first-page-taken-for-all',
    rule: '3',
    edits: [
      {
        file: 'learning.ts',
        find: 'report.isComplete = page.next === undefined;',
        replace: 'report.isComplete = true;',
      },
    ],
  },
  {
    name: 'head-before-the-entries',
    rule: '15',
    edits: [{ file: 'transfer.ts', find: 'i + 1 === pages.length ? end', replace: 'i === 0 ? end' }],
  },
  {
    // Each of the two alone keeps a finder from making the old generation anew.
    name: 'older-generation-accepted-and-stubs-silent',
    rule: '14',
    edits: [
      { file: 'acceptor.ts', find: ' || isBeyond) return false;', replace: ') return false;' },
      {
        file: 'acceptor.ts',
        find: '...(this.head ? { head: this.head } : {}),',
        replace: '...(this.head && !isStub ? { head: this.head } : {}),',
      },
    ],
  },
  {
    name: 'promise-of-an-outsider-counted',
    rule: '15',
    edits: [
      {
        file: 'proposer.ts',
        find: '    if (!this.head.set.includes(from)) return;\n    learning.add(',
        replace: '    learning.add(',
      },
      {
        file: 'proposer.ts',
        find: 'const missing = head.set.filter((node) => !learning.has(node));',
        replace:
          'const missing = head.set.filter((node) => !learning.has(node)).slice(head.set.includes(this.port.self) ? 0 : 1);',
      },
    ],
  },
  {
    name: 'who-was-left-behind-is-not-told',
    rule: '16',
    edits: [
      {
        file: 'registers.ts',
        find: 'const head = this.replica.wentOnWithout(from, ask);',
        replace: "const head = ask.id === '' ? this.replica.wentOnWithout(from, ask) : undefined;",
      },
    ],
  },
  {
    name: 'told-of-a-move-that-may-not-be-done',
    rule: '16',
    edits: [
      {
        file: 'replica.ts',
        find: '!head || acceptor.isGone || !acceptor.isInstalled ||',
        replace: '!head || acceptor.isGone ||',
      },
    ],
  },
];
