import { expect } from 'chai';
import { Type } from '../../../src/kernel/schema.js';
import { createCodec } from '../../../src/node/io/codec.js';
import { MESSAGE_ENTRIES_MAX, registerMessages, type RegisterMessage } from '../../../src/tasks/register/messages.js';

const codec = createCodec<RegisterMessage>(registerMessages(Type.Unknown()));
const about = { id: 'r', generation: 0, createdAtMs: 1, digest: 7, bornAtMs: 1, n: 3 };

function accept(entries: number): RegisterMessage {
  const written = Array.from({ length: entries }, (_, i) => ({ key: `task/${i}`, value: { state: 'succeeded' } }));
  return { kind: 'register.ask', items: [{ kind: 'accept', ...about, seq: 1, entries: written, committed: 0 }] };
}

describe('messages of the register', () => {
  it('should come back from the wire as they went', () => {
    const told: RegisterMessage = {
      kind: 'register.tell',
      items: [
        { kind: 'accepted', id: 'r', n: 3, seq: 1 },
        { kind: 'abstains', id: 'r', n: 3, doubt: 9 },
      ],
    };
    const sent = [accept(2), told];
    expect(codec.decode(codec.encode(sent)).messages).to.deep.equal(sent);
  });

  it('should be refused where they hold more than they may', () => {
    expect(codec.decode(codec.encode([accept(MESSAGE_ENTRIES_MAX)])).messages).to.have.length(1);
    const tooMany = codec.encode([accept(MESSAGE_ENTRIES_MAX + 1)]);
    expect(() => codec.decode(tooMany)).to.throw('register.ask');
  });
});
