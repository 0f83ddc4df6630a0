import { expect } from 'chai';
import { csvLine } from '../../../src/cli/history/csv.js';

describe('csvLine', () => {
  it('should write cells by RFC 4180', () => {
    expect(csvLine(['a', 1, null, true, ''])).to.equal('a,1,,true,\r\n');
    expect(csvLine(['a,b', 'say "no"', 'two\nlines', ' blank'])).to.equal(
      '"a,b","say ""no""","two\nlines"," blank"\r\n',
    );
  });

  it('should leave nothing of a text that a spreadsheet would compute; numbers stay numbers', () => {
    expect(csvLine(['=1+1', '+1', '-rf', '@SUM(A1)', '\tx', -1])).to.equal("'=1+1,'+1,'-rf,'@SUM(A1),'\tx,-1\r\n");
    expect(csvLine(['=HYPERLINK("x","y")'])).to.equal(`"'=HYPERLINK(""x"",""y"")"\r\n`);
    expect(csvLine(['a=b', 'x-1'])).to.equal('a=b,x-1\r\n');
  });
});
