import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Bundler, root } from '../../../simnet/mutants/bundle.js';
import { MUTANTS } from '../../../simnet/mutants/list.js';
import { planted, type Mutant } from '../../../simnet/mutants/mutant.js';

const HARMLESS: Mutant = {
  name: 'harmless',
  file: 'src/kernel/assert.ts',
  find: 'throw new Bug(',
  replace: 'throw new Bug(',
  breaks: 'nothing',
};

describe('planted bugs', () => {
  it('should each fit the source as it is, in exactly one place', () => {
    const misfits = MUTANTS.flatMap((mutant) => {
      try {
        const source = readFileSync(`${root}${mutant.file}`, 'utf8');
        return planted(mutant, source) === source ? [`mutant ${mutant.name} changes nothing`] : [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
    expect(misfits).to.deep.equal([]);
  });

  it('should have a name each, and be two dozen at least', () => {
    const names = new Set(MUTANTS.map(({ name }) => name));
    expect(names).to.have.property('size', MUTANTS.length);
    expect(names.size).to.be.at.least(26);
    for (const name of names) expect(name).to.match(/^[a-z]+(-[a-z]+)*$/);
  });

  it('should be an error where the text is not there, or is there twice', () => {
    expect(() => planted({ ...HARMLESS, find: 'assert(' }, 'nothing')).to.throw('in 0 places, not in one');
    expect(() => planted(HARMLESS, HARMLESS.find.repeat(2))).to.throw('in 2 places, not in one');
  });

  it('should take what they change literally', () => {
    expect(planted({ ...HARMLESS, find: 'a.b', replace: "$&'" }, 'a.b, a-b')).to.equal("$&', a-b");
  });

  it('should be compiled into the swarm (every eighth is tried)', async function () {
    this.timeout(60_000);
    const bundler = new Bundler();
    const clean = await bundler.bundle();
    for (const mutant of MUTANTS.filter((_, i) => i % 8 === 0)) {
      expect(await bundler.bundle(mutant), mutant.name).not.to.equal(clean);
    }
  });

  it('should be an error in a file that the swarm does not run', async () => {
    const elsewhere = { ...HARMLESS, file: 'src/cli/exit.ts', find: 'export' };
    const error = await new Bundler().bundle(elsewhere).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'mutant harmless: the swarm does not use src/cli/exit.ts');
  });
});
