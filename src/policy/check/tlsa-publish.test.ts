import { expect, it } from 'vitest';
import { readTlsaText } from '../../adapters/scripted/tlsa-text.js';
import { tlsaLine, tlsaOwner } from './tlsa-publish.js';

it('a record as a line reads back as the same one, with or without blanks (TLSA-2.2-1)', () => {
  const data = 'ab12'.repeat(16);
  const line = tlsaLine(tlsaOwner('mx.a.test', 25), { usage: 3, selector: 0, matching: 2 }, data);
  expect(line).toBe(`_25._tcp.mx.a.test. IN TLSA 3 0 2 ${data.toUpperCase()}`);
  const text = line.slice(line.indexOf('TLSA ') + 5);
  const record = { kind: 'literal', usage: 3, selector: 0, matching: 2, data };
  expect(readTlsaText(text)).toEqual(record);
  expect(readTlsaText(text.replace(/(.{7})/g, '$1 ').replace(/^3 0 2\s*/, '3 0 2 '))).toEqual(record);
});
