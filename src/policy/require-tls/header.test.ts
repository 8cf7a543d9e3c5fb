import { describe, expect, it } from 'vitest';
import { HEADER_LENGTH_MAX, readTlsRequired } from './header.js';

describe('the field TLS-Required (RFC 8689, Section 3)', () => {
  it.each([
    'TLS-Required: No\r\n',
    'tls-required:no\n',
    'From: a\r\nTLS-REQUIRED: \t NO \t\r\nTo: b\r\n',
    'TLS-Required:\r\n No\r\n',
    'TLS-Required:\r\n\tno\r\n \r\n',
    'TLS-Required: No',
  ])('says no in %j', (header) => {
    expect(readTlsRequired(header)).toBe('no');
  });

  it.each([
    '',
    'From: a\r\n',
    'X-TLS-Required: No\r\n',
    'TLS-Required-By: No\r\n',
    'TLS-Required No\r\n',
    'From: a\r\n TLS-Required: No\r\n',
    ' TLS-Required: No\r\n',
    'From: a\r\n\r\nTLS-Required: No\r\n',
    '\r\nTLS-Required: No\r\n',
  ])('is absent in %j', (header) => {
    expect(readTlsRequired(header)).toBe('absent');
  });

  it.each([
    'TLS-Required: Yes\r\n',
    'TLS-Required:\r\n',
    'TLS-Required: No.\r\n',
    'TLS-Required: xNo\r\n',
    'TLS-Required: N\r\n o\r\n',
    'TLS-Required : No\r\n',
    'TLS-Required\t: No\r\n',
    'TLS-Required: No\r\nTLS-Required: No\r\n',
    'TLS-Required: No\r\nX: y\r\ntls-required: Yes\r\n',
    'TLS-Required: No\r\n (comment)\r\n',
  ])('has no valid value in %j', (header) => {
    expect(readTlsRequired(header)).toBe('invalid');
  });

  it('is looked for in the first megabyte, and believed only where that is all', () => {
    const field = 'TLS-Required: No\r\n';
    const filled = (length: number) => `${field}X: ${'y'.repeat(length - field.length - 3)}`;
    expect(readTlsRequired(filled(HEADER_LENGTH_MAX))).toBe('no');
    expect(readTlsRequired(filled(HEADER_LENGTH_MAX + 1))).toBe('invalid');
    expect(readTlsRequired(`X: ${'y'.repeat(HEADER_LENGTH_MAX)}\r\n${field}`)).toBe('absent');
  });
});
