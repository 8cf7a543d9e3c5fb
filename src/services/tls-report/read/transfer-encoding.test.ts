import { expect, it } from 'vitest';
import { decodeBody } from './transfer-encoding.js';

const decoded = (text: string, encoding: string) =>
  Buffer.from(decodeBody(Buffer.from(text, 'latin1'), encoding)).toString('latin1');

it.each([
  ['a=3Db=0a=FF', 'a=b\n\u00ff'],
  ['one =\r\ntwo=\nthree', 'one twothree'],
  ['blanks= \t\r\nat the end', 'blanksat the end'],
  [`=${' '.repeat(16)}\nx`, 'x'],
  [`=${' '.repeat(17)}\nx`, `=${' '.repeat(17)}\nx`],
  ['a=b', 'a=b'],
  ['a=4', 'a=4'],
  ['a=', 'a='],
  ['=4G=G4=:0=/0=`a=ga=\x40a', '=4G=G4=:0=/0=`a=ga=\x40a'],
  ['==41=aF=09', '=A\u00af\t'],
  ['= x', '= x'],
  ['=\rx', '=\rx'],
])('quoted-printable: %j is %j', (text, is) => {
  expect(decoded(text, ' Quoted-Printable ')).toBe(is);
});

it('base64, and nothing that is unknown, is undone', () => {
  expect(decoded('YW\r\nI=', 'BASE64')).toBe('ab');
  for (const encoding of ['7bit', '8bit', 'binary', '', 'x-unknown'])
    expect(decoded('YWI==3D', encoding)).toBe('YWI==3D');
});
