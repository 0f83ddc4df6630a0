import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import { DIGEST_LINES_MAX, STATES_MAX, type DigestLine, type MessageOf } from '../../src/membership/messages.js';
import { arms, deeds, sent, Solo } from './support/solo.js';
import { state } from './support/states.js';

const [a, b] = [nodeId('a'), nodeId('b')];
const line = (...args: Parameters<typeof state>): DigestLine => {
  const { id, boot, n, state: liveness } = state(...args);
  return { id, boot, n, state: liveness };
};
const digest = (...lines: DigestLine[]): MessageOf<'swim.digest'> => ({
  kind: 'swim.digest',
  after: '',
  upTo: '',
  lines,
});
const states = (...members: ReturnType<typeof state>[]): MessageOf<'swim.states'> => ({
  kind: 'swim.states',
  members,
  want: [],
  done: true,
});

function knowing(members: readonly ReturnType<typeof state>[]): Solo {
  const solo = new Solo();
  solo.step({ kind: 'start' });
  for (const member of members) solo.gossip({ member, slot: 0 });
  return solo;
}

/** What `solo` says to a peer that asks and knows nothing. */
const answer = (solo: Solo) =>
  sent(
    solo.hear('a', { kind: 'swim.hello', self: state('a'), view: '', ask: true, joined: true, expects: false }),
    'swim.digest',
  ).map((s) => s.message);

describe('anti-entropy', () => {
  it('should send nothing where views agree', () => {
    const [one, other] = [knowing([state('a'), state('b')]), knowing([state('b'), state('a')])];
    const view = other.machine.viewDigest;
    expect(view).to.equal(one.machine.viewDigest);
    expect(
      one.hear('a', { kind: 'swim.hello', self: state('a'), view, ask: true, joined: true, expects: false }),
    ).to.deep.equal([]);
  });

  it('should send what is newer and want what is newer there', () => {
    const solo = knowing([
      state('a'),
      state('b', 'alive', 1, 5),
      state('c', 'alive', 1, 1),
      state('d'),
      state('e'),
      state('e', 'left'),
    ]);
    const theirs = digest(line('a'), line('b', 'alive', 1, 4), line('c', 'alive', 2, 0), line('f'), line('me'));
    const [reply, ...rest] = sent(solo.hear('a', theirs), 'swim.states');
    expect(rest).to.deep.equal([]);
    expect(reply).to.deep.equal({
      to: a,
      message: {
        kind: 'swim.states',
        members: [state('b', 'alive', 1, 5), state('d')],
        want: [nodeId('c'), nodeId('f')],
        done: true,
      },
    });
  });

  it('should hand over what is wanted', () => {
    const solo = knowing([state('a'), state('b')]);
    const [reply] = sent(solo.hear('a', { ...states(), want: [b, nodeId('unknown')] }), 'swim.states');
    expect(reply?.message).to.deep.equal(states(state('b')));
  });

  it('should pass accusations on to the accused and not believe them', () => {
    for (const liveness of ['suspect', 'dead'] as const) {
      const solo = knowing([state('a'), state('b')]);
      const accused = { kind: 'send', to: b, message: { kind: 'swim.accused', boot: 1, n: 0, state: liveness } };
      expect(deeds(solo.hear('a', states(state('b', liveness))))).to.deep.equal([accused]);
      const effects = solo.hear('a', digest(line('a'), line('me'), line('b', liveness)));
      expect(effects).to.deep.include(accused);
      expect(sent(effects, 'swim.states').map(({ message }) => message.want)).to.deep.equal([[]]);
      expect(solo.machine.get(b)?.state).to.equal('alive');
    }
  });

  it('should believe a departure', () => {
    const solo = knowing([state('a'), state('b')]);
    solo.hear('a', states(state('b', 'left')));
    expect(solo.machine.get(b)?.state).to.equal('left');
  });

  it('should neither ask for the death of a stranger nor tell of it', () => {
    const solo = knowing([state('a'), state('b', 'dead')]);
    expect(sent(solo.hear('a', digest(line('c', 'dead'))), 'swim.states')[0]?.message.want).to.deep.equal([]);
    expect(answer(solo).flatMap(({ lines }) => lines)).to.deep.equal([line('a'), line('me')]);
    const known = knowing([state('a'), state('b'), state('b', 'dead')]);
    expect(answer(known).flatMap(({ lines }) => lines)).to.deep.include(line('b', 'dead'));
  });

  it('should compare large views in parts that cover every id once', () => {
    const names = Array.from({ length: DIGEST_LINES_MAX + 10 }, (_, i) => `n${i}`);
    const solo = knowing(names.map((name) => state(name)));
    const parts = answer(solo);
    expect(parts.map(({ lines }) => lines.length)).to.deep.equal([DIGEST_LINES_MAX, 12]);
    expect(parts.map(({ after, upTo }) => [after, upTo])).to.deep.equal([
      ['', parts[0]!.lines.at(-1)!.id],
      [parts[0]!.lines.at(-1)!.id, ''],
    ]);
    for (const part of parts) {
      const replies = sent(solo.hear('a', part), 'swim.states');
      expect(replies.flatMap(({ message }) => [...message.members, ...message.want])).to.deep.equal([]);
    }
    const empty = parts.flatMap((part) => sent(solo.hear('a', { ...part, lines: [] }), 'swim.states'));
    expect(new Set(empty.flatMap(({ message }) => message.members.map(({ id }) => id))).size).to.equal(
      names.length + 2,
    );
    for (const { message } of empty) expect(message.members.length).to.be.at.most(STATES_MAX);
    expect(empty.filter(({ message }) => message.done)).to.have.length(2);
  });

  it('should hand many news on at once, few after a while', () => {
    const names = (n: number) => Array.from({ length: n }, (_, i) => state(`n${i}`));
    const solo = knowing([state('a')]);
    expect(arms(knowing([]).hear('a', states(...names(7))))['spread']).to.be.within(1500, 4500);
    expect(arms(solo.hear('a', states(...names(15))))['spread']).to.equal(200);
    const asked = sent(solo.fire('spread', 200), 'swim.hello');
    expect(asked.map(({ message }) => message.ask)).to.deep.equal([true, true, true]);
    expect(new Set(asked.map(({ to }) => to)).size).to.equal(3);
  });

  it('should look after few news once no more come', () => {
    const solo = knowing([state('a'), state('b'), state('c'), state('d')]);
    solo.nowMs = 4000;
    solo.gossip({ member: state('b', 'alive', 1, 1), slot: 0 });
    expect(sent(solo.fire('spread', 1400), 'swim.hello'), 'others may be on their way').to.deep.equal([]);
    expect(sent(solo.fire('spread', 1500), 'swim.hello')).to.have.length(3);
    expect(solo.isArmed('spread')).to.equal(false);
    solo.gossip({ member: state('b', 'suspect', 1, 1), slot: 0 });
    expect(solo.isArmed('spread'), 'no view tells of suspicions').to.equal(false);
  });

  it('should ask again while the first exchange has not come through', () => {
    const solo = new Solo({ seeds: [['/memory/a']] });
    solo.step({ kind: 'start' });
    solo.step({ kind: 'connected', peer: a });
    const [asked] = sent(solo.fire('redial', 2000), 'swim.hello');
    expect([asked?.to, asked?.message.ask, asked?.message.view]).to.deep.equal([a, true, '']);
    solo.hear('a', { kind: 'swim.hello', self: state('a'), view: '', ask: false, joined: true, expects: false });
    expect(solo.hear('a', digest(line('me')))).to.deep.include({ kind: 'joined' });
    expect(sent(solo.fire('redial', 2000), 'swim.hello')).to.deep.equal([]);
  });

  it('should take nobody for another', () => {
    const solo = knowing([]);
    expect(
      solo.hear('a', { kind: 'swim.hello', self: state('b'), view: '', ask: true, joined: true, expects: false }),
    ).to.deep.equal([]);
  });
});
