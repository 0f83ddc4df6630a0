import { expect } from 'chai';
import type { Problem } from '../../../src/api/schema.js';
import type { Got } from './served.js';

/** Holds an answer to RFC 9457 and to covey's own words, and returns the problem. */
export async function refused(answer: Promise<Got>, status: number, code: string, detail: RegExp): Promise<Problem> {
  const got = await answer;
  expect(got.status, got.body.toString()).to.equal(status);
  expect(got.headers['content-type']).to.match(/^application\/problem\+json/);
  const problem = got.json<Problem>();
  expect(problem).to.include({ type: 'about:blank', status, code, title: code });
  expect(problem.detail).to.match(detail);
  if (problem.hint !== undefined) expect(problem.hint).to.be.a('string').that.is.not.empty;
  return problem;
}
