import { expect, it } from 'vitest';
import { parsePostfixVersion } from './postfix-version.js';

it.each([
  ['2.11', 'before-3.4'],
  ['3.3.9', 'before-3.4'],
  ['3.4', 'from-3.4'],
  ['3.7.11', 'from-3.4'],
  ['3.9.0', 'from-3.4'],
  ['3.10.5', 'from-3.10'],
  ['3.11-20250304', 'from-3.10'],
  ['4.0', 'from-3.10'],
])('%s understands words %s', (text, version) => {
  expect(parsePostfixVersion(text)).toBe(version);
});

it.each(['', '3', '2.10.9', '1.0', 'x.y', '3.7 or so', '3.7\n', '-3.7'])(
  '%j is no version that knows DANE',
  (text) => {
    expect(parsePostfixVersion(text)).toBeNull();
  },
);
