import { expect } from 'chai';
import { jobId } from '../../src/kernel/ids.js';
import { noticesOf } from '../../src/tasks/notices.js';
import { specOf } from './support/fixtures.js';

const JOB = jobId('job1');
const URL = 'https://example.org/done';

describe('notices', () => {
  it('should be a job each that waits for the end, takes no CPU and is of the same user', () => {
    const spec = specOf({ submitter: 'ann', notify: { command: './tell.sh', url: URL }, maxFails: 1, retries: 9 });
    const [first, second, ...more] = noticesOf(JOB, spec);
    expect(more).to.deep.equal([]);
    expect([first?.job, second?.job]).to.deep.equal(['ucjob1', 'uujob1']);
    for (const notice of [first, second]) {
      expect(notice?.spec).to.deep.include({
        ...{
          name: 'notify job1',
          submitter: 'ann',
          shell: false,
          retries: 0,
          start: { after: [{ job: JOB, on: 'any' }] },
        },
        needs: { cpus: 0, memBytes: 0, gpus: 0, custom: {} },
      });
      expect(notice?.spec).not.to.have.any.keys('notify', 'maxFails');
    }
    expect(first?.spec)
      .to.include({ notice: 'command' })
      .and.deep.include({ argv: ['./tell.sh'] });
    expect(second?.spec)
      .to.include({ notice: 'url' })
      .and.deep.include({ argv: [URL] });
  });

  it('should run a command where the job does, and tell a URL nothing of its variables', () => {
    const place = { cwd: 'sub', upload: 'f'.repeat(64), env: { TOKEN: 'secret' } };
    const [command, url] = noticesOf(JOB, specOf({ ...place, notify: { command: 'x', url: URL } }));
    expect(command?.spec).to.deep.include(place);
    expect(url?.spec.env).to.deep.equal({});
    expect(url?.spec).not.to.have.any.keys('cwd', 'upload');
  });

  it('should be none where nobody is to be told, nor of a schedule, which does not end', () => {
    expect(noticesOf(JOB, specOf())).to.deep.equal([]);
    const schedule = { cron: '* * * * *', zone: 'UTC', overlap: 'skip', missed: 'run' } as const;
    expect(noticesOf(JOB, specOf({ schedule, notify: { url: URL } }))).to.deep.equal([]);
  });
});
