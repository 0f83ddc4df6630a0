import { expect } from 'chai';
import fc from 'fast-check';
import { FrameReader } from '../../src/client/frame-reader.js';
import type { FrameHead } from '../../src/kernel/frames.js';

const frame = (head: Omit<FrameHead, 'bytes'>, data: Uint8Array) => {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...head, bytes: data.length })}\n`), data]);
};

describe('frame reader', () => {
  it('should give the bytes again, however they are cut on their way', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 40 }), (datas, cut) => {
        let offset = 0;
        const frames = datas.map((data) => {
          offset += data.length;
          return frame({ offset: offset - data.length, at: '1@n' }, data);
        });
        const sent = Buffer.concat(frames);
        const reader = new FrameReader();
        const got: Uint8Array[] = [];
        for (let at = 0; at < sent.length; at += cut) got.push(...reader.read(sent.subarray(at, at + cut)));
        expect(Buffer.concat(got)).to.deep.equal(Buffer.concat(datas));
        if (datas.length > 0) expect(reader.place).to.deep.equal({ offset, at: '1@n' });
      }),
    );
  });

  it('should know in the middle of a frame how far it is', () => {
    const reader = new FrameReader();
    expect(reader.place).to.deep.equal({});
    const sent = frame({ offset: 100, at: '7@n', mark: '[cut]' }, Buffer.from('abcdef'));
    const got = [...reader.read(sent.subarray(0, sent.length - 2))].map((data) => Buffer.from(data).toString());
    expect(got).to.deep.equal(['[cut]', 'abcd']);
    expect(reader.place).to.deep.equal({ offset: 104, at: '7@n' });
  });

  it('should refuse what has no head', () => {
    expect(() => [...new FrameReader().read(Buffer.alloc(5000))]).to.throw('no head');
    expect(() => [...new FrameReader().read(Buffer.from('plain text\n'))]).to.throw(SyntaxError);
  });
});
