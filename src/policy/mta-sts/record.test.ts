import { describe, expect, it } from 'vitest';
import { readStsRecord } from './record.js';

const read = (...texts: readonly string[]) => {
  const record = readStsRecord(texts);
  return record.kind === 'found' ? record.id : record.kind;
};

describe('the record that announces a policy', () => {
  it('begins with the very octets "v=STSv1;", or is none of several (STS-3.1-2)', () => {
    expect(read('v=spf1 -all', 'v=STSv1; id=1')).toBe('1');
    expect(read('V=STSv1; id=1')).toBe('absent');
    expect(read('v=STSV1; id=1', 'v=STSv1; id=2')).toBe('2');
  });

  it('has an id of 1 to 32 letters and digits, under that very name (STS-3.1-7)', () => {
    const longest = 'aZ09'.repeat(8);
    expect(read('v=STSv1; id=1')).toBe('1');
    expect(read(`v=STSv1; id=${longest}`)).toBe(longest);
    for (const field of ['id=', `id=${longest}1`, 'id=2024-01-01', 'ID=1', ''])
      expect(read(`v=STSv1; ${field}`), field).toBe('invalid');
  });

  it('has blanks around its semicolons, and the last one or not (STS-3.1-11)', () => {
    for (const text of ['v=STSv1;id=1', 'v=STSv1; id=1 ;', 'v=STSv1;\tid=1', 'v=STSv1; \t id=1;\t'])
      expect(read(text), text).toBe('1');
  });

  it('may have fields that nobody knows, if they are fields (STS-3.1-12)', () => {
    const name = `x${'_.-a'.repeat(7)}abc`;
    for (const field of ['x-foo=bar', `${name}=1`, '1=!"#$%&\'()*+,-./:<>?@[\\]^_`{|}~'])
      expect(read(`v=STSv1; id=1; ${field}`), field).toBe('1');
    for (const field of ['a=b=c', 'a', '=b', '-a=b', `${name}d=1`, 'a=b c', 'a=\u00fc'])
      expect(read(`v=STSv1; id=1; ${field}`), field).toBe('invalid');
  });
});
