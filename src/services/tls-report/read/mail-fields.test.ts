import { describe, expect, it } from 'vitest';
import { decodeWords, parameterOf, readEntity, readParameterised } from './mail-fields.js';

const entityOf = (text: string) => {
  const entity = readEntity(Buffer.from(text));
  return entity === null ? null : { ...Object.fromEntries(entity.fields), body: String(entity.body) };
};

describe('the fields of a message', () => {
  it.each<[string, string, object]>([
    ['end at an empty line', 'A: 1\r\nb: 2\r\n\r\nC: 3\r\n', { a: '1', b: '2', body: 'C: 3\r\n' }],
    ['end where the message does', 'A: 1', { a: '1', body: '' }],
    ['may be none', '\r\nA: 1', { body: 'A: 1' }],
    ['may be none, with other line ends', '\nA: 1', { body: 'A: 1' }],
    ['go on in lines that begin with a blank', 'A: 1\n\t2 \n  3\n\nx', { a: '1 2 3', body: 'x' }],
    ['count once, the first time', 'A: 1\nA: 2\n 3\nb: 4\n\n', { a: '1', b: '4', body: '' }],
    ['may have blanks before their colon', 'A \t: 1\n\n', { a: '1', body: '' }],
    ['have colons in their text', 'A: 1: 2\n\n', { a: '1: 2', body: '' }],
    ['are passed over where they have no name', ': 1\n 2\nA B: 3\nnone\n 4\nC: 5\n\n', { c: '5', body: '' }],
    ['are UTF-8', 'A: \u00fc\n\n', { a: '\u00fc', body: '' }],
  ])('%s', (_, text, found) => {
    expect(entityOf(text)).toEqual(found);
  });

  it('are read up to a bound', () => {
    const head = (length: number) => `A: ${'x'.repeat(length - 3)}`;
    expect(entityOf(`${head(262_142)}\n\nbody`)).toMatchObject({ body: 'body' });
    expect(entityOf(`${head(262_143)}\n\nbody`)).toBeNull();
    expect(entityOf(head(262_144))).toMatchObject({ body: '' });
    expect(entityOf(head(262_145))).toBeNull();
  });
});

describe('parameters', () => {
  it.each<[string, string, object]>([
    ['Text/Plain', 'text/plain', {}],
    [' text/plain ; Charset = UTF-8 ', 'text/plain', { charset: 'UTF-8' }],
    ['a/b; x=1; y="two; \\"2\\""; z=three 3', 'a/b', { x: '1', y: 'two; "2"', z: 'three 3' }],
    ['a/b; x=1; X=2', 'a/b', { x: '1' }],
    ['a/b; x="1" (said so); y=2', 'a/b', { x: '1', y: '2' }],
    ['a/b; x=; y=2', 'a/b', { x: '', y: '2' }],
    ['a/b; none; y=2', 'a/b', {}],
    ['', '', {}],
  ])('of %j', (text, value, parameters) => {
    const read = readParameterised(text);
    expect([read.value, Object.fromEntries(read.parameters)]).toEqual([value, parameters]);
  });

  it('are read up to a bound', () => {
    const { parameters } = readParameterised(
      `a/b${Array.from({ length: 101 }, (_, at) => `; p${at}=${at}`).join('')}`,
    );
    expect([parameters.size, parameters.get('p99'), parameters.has('p100')]).toEqual([100, '99', false]);
  });

  it.each([
    ['name=plain', 'plain'],
    ['name="=?utf-8?q?a=20b?="', 'a b'],
    ["name*=utf-8'en'a%20%C3%BC", 'a \u00fc'],
    ['name*0*=utf-8\'\'a%20; name*1="b c"; name*2*=%21', 'a b c!'],
    ['name*0=a; name*2=c', 'a'],
    ["name*=utf-8''a%ff", 'a%ff'],
    ['name*=a%20b', 'a b'],
    ["name*=it's", "it's"],
    ['other=x', ''],
  ])('in pieces, or encoded: %s', (text, value) => {
    expect(parameterOf(readParameterised(`a/b; ${text}`), 'name')).toBe(value);
  });
});

it.each([
  ['none', 'none'],
  ['=?UTF-8?Q?a_b=C3=BC?=', 'a b\u00fc'],
  ['=?utf-8?B?w7w=?=', '\u00fc'],
  ['=?us-ascii?q?a?= =?utf-8*en?b?Yg==?=', 'ab'],
  ['=?us-ascii?q?a?=\r\n =?us-ascii?q?b?=', 'ab'],
  ['=?us-ascii?q?a?=x=?us-ascii?q?b?=', 'axb'],
  ['x =?us-ascii?q?a?= y', 'x a y'],
  ['=?iso-8859-1?q?=FC?=', '=?iso-8859-1?q?=FC?='],
  ['=?utf-8?x?a?=', '=?utf-8?x?a?='],
  ['=?utf-8?q?a b?=', '=?utf-8?q?a b?='],
  ['=?utf-8?q?=G0=?=', '=G0='],
  [`=?utf-8?q?${'a'.repeat(1024)}?=`, 'a'.repeat(1024)],
  [`=?utf-8?q?${'a'.repeat(1025)}?=`, `=?utf-8?q?${'a'.repeat(1025)}?=`],
])('words that are encoded: %j', (text, read) => {
  expect(decodeWords(text)).toBe(read);
});
