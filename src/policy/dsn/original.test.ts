import { expect, it } from 'vitest';
import { headerOctets, messageIdOf } from './original.js';

const octets = (text: string) => Buffer.from(text, 'latin1');
const headerOf = (text: string) => Buffer.from(headerOctets(octets(text))).toString('latin1');

it.each([
  ['A: b\r\nC: d\r\n\r\nbody', 'A: b\r\nC: d\r\n'],
  ['A: b\nC: d\n\nbody', 'A: b\nC: d\n'],
  ['A: b\n\r\nbody', 'A: b\n'],
  ['A: b\n\rC: d\n\nbody', 'A: b\n\rC: d\n'],
  ['A: b\r\n', 'A: b\r\n'],
])('the header of %j ends at the first line that is empty', (text, header) => {
  expect(headerOf(text)).toBe(header);
});

it.each([
  ['Message-ID: <a@b.example>\r\n', '<a@b.example>'],
  ['Message-ID: <a@b.example> \t\r\nX: y\r\n', '<a@b.example>'],
  ['X: y\nmessage-id:<a@b.example>', '<a@b.example>'],
  ['Message-ID: <a@b.example>c\r\n', null],
  ['Message-ID: <a.example>\r\n', null],
  ['X-Message-ID: <a@b.example>\r\n', null],
])('the identifier of %j (RFC 5322, Section 3.6.4)', (header, id) => {
  expect(messageIdOf(octets(header))).toBe(id);
});
