import { expect } from 'chai';
import { MESSAGE_ENTRIES_MAX } from '../../../src/tasks/register/messages.js';
import { Gathering } from '../../../src/tasks/replication/gathering.js';

const entry = (key: string, value = 0) => ({ key, value });

describe('writes of a register', () => {
  it('should begin at once where none is under way, and go together where one is', () => {
    const writes = new Gathering<string>();
    expect(writes.add('r', [entry('a')], '1')).to.deep.equal({ id: 'r', entries: [entry('a')] });
    expect(writes.add('r', [entry('b')], '2')).to.equal(undefined);
    expect(writes.add('r', [entry('c')], '3')).to.equal(undefined);
    expect(writes.add('other', [entry('a')], '4'), 'another register').to.not.equal(undefined);
    expect(writes.written('r')).to.deep.equal({ tags: ['1'], next: { id: 'r', entries: [entry('b'), entry('c')] } });
    expect(writes.written('r')).to.deep.equal({ tags: ['2', '3'], next: undefined });
    expect(writes.add('r', [entry('d')], '5'), 'none is under way any more').to.not.equal(undefined);
  });

  it('should be of each entry the last word', () => {
    const writes = new Gathering<string>();
    writes.add('r', [], '1');
    writes.add('r', [entry('a', 1), entry('b', 1)], '2');
    writes.add('r', [entry('a', 2)], '3');
    expect(writes.written('r').next?.entries).to.deep.equal([entry('a', 2), entry('b', 1)]);
  });

  it('should be answered in order, those too that have nothing to write', () => {
    const writes = new Gathering<string>();
    writes.add('r', [entry('a')], '1');
    writes.add('r', [], '2');
    expect(writes.written('r')).to.deep.equal({ tags: ['1'], next: { id: 'r', entries: [] } });
    expect(writes.written('r').tags).to.deep.equal(['2']);
  });

  it('should be as many as one message takes, and never split', () => {
    const writes = new Gathering<number>();
    writes.add('r', [], -1);
    const pair = (i: number) => [entry(`${i}a`), entry(`${i}b`)];
    for (let i = 0; i < MESSAGE_ENTRIES_MAX; i++) writes.add('r', pair(i), i);
    const sizes: number[] = [];
    const tags: number[] = [];
    for (let turn = writes.written('r'); turn.tags.length > 0; turn = writes.written('r')) {
      tags.push(...turn.tags);
      if (turn.next) sizes.push(turn.next.entries.length);
    }
    expect(sizes).to.deep.equal([MESSAGE_ENTRIES_MAX, MESSAGE_ENTRIES_MAX]);
    expect(tags).to.deep.equal(Array.from({ length: MESSAGE_ENTRIES_MAX + 1 }, (_, i) => i - 1));
  });

  it('should go alone where one has more entries than usual', () => {
    const writes = new Gathering<string>();
    writes.add('r', [], '1');
    const many = Array.from({ length: MESSAGE_ENTRIES_MAX + 9 }, (_, i) => entry(`${i}`));
    writes.add('r', many, '2');
    writes.add('r', [entry('z')], '3');
    expect(writes.written('r').next?.entries).to.have.length(MESSAGE_ENTRIES_MAX + 9);
    expect(writes.written('r').next?.entries).to.deep.equal([entry('z')]);
  });

  it('should be void once the register is closed', () => {
    const writes = new Gathering<string>();
    writes.add('r', [entry('a')], '1');
    writes.add('r', [entry('b')], '2');
    writes.drop('r');
    expect(writes.written('r')).to.deep.equal({ tags: [], next: undefined });
  });

  it('should weigh no more than fits into a frame, where results are large', () => {
    const writes = new Gathering<number>();
    const result = 'x'.repeat(64 * 1024);
    const heavy = (i: number) => [
      { key: `${i}`, value: { path: [], outcome: { stdoutTail: [], stderrTail: [], result } } },
    ];
    for (let i = -1; i < 20; i++) writes.add('r', heavy(i), i);
    const sizes: number[] = [];
    for (let next = writes.written('r').next; next; next = writes.written('r').next) sizes.push(next.entries.length);
    expect(Math.max(...sizes)).to.be.within(5, 12);
    expect(sizes.reduce((a, b) => a + b)).to.equal(20);
  });
});
