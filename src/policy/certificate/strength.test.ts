import { expect, it } from 'vitest';
import { PLAIN } from './facts.fixture.js';
import { allowsKeyUse, isStrongDigest, isStrongKey } from './strength.js';
import { isSpent, spend } from './work-budget.js';

it('keys are as strong as RFC 9325, Section 4.5, asks', () => {
  const rsa = (modulusBits: number, exponentBits: number, exponentParity: 'odd' | 'even' = 'odd') =>
    isStrongKey({ kind: 'rsa', modulusBits, exponentBits, exponentParity });
  expect([rsa(2048, 17), rsa(4096, 32), rsa(2047, 17), rsa(2048, 16), rsa(2048, 17, 'even')]).toEqual([
    ...[true, true, false, false, false],
  ]);
  const ec = (fieldBits: number | null) => isStrongKey({ kind: 'ec', fieldBits });
  expect([ec(256), ec(224), ec(223), ec(null)]).toEqual([true, true, false, false]);
  expect((['fixed', 'unstated', 'other'] as const).map((kind) => isStrongKey({ kind }))).toEqual([
    ...[true, true, false],
  ]);
});

it('signatures are over digests that nobody can forge', () => {
  const digests = ['md5', 'sha-1', 'sha-2', 'sha-3', 'built-in', 'other', 'unstated'] as const;
  expect(digests.filter(isStrongDigest)).toEqual(['sha-2', 'sha-3', 'built-in', 'unstated']);
});

it('a key is used as its certificate allows, where it says so (RFC 5280, Section 4.2.1.3)', () => {
  const allows = (digitalSignature: 'yes' | 'no' | 'absent', keyEncipherment: 'yes' | 'no' | 'absent') =>
    (['signature', 'encipherment'] as const).map((use) =>
      allowsKeyUse({ ...PLAIN, digitalSignature, keyEncipherment }, use),
    );
  expect([allows('yes', 'no'), allows('no', 'yes'), allows('absent', 'absent')]).toEqual([
    ...[
      [true, false],
      [false, true],
      [true, true],
    ],
  ]);
});

it('work is taken from one budget until none is left', () => {
  const budget = { stepsLeft: 3 };
  expect([spend(budget, 2), isSpent(budget), spend(budget, 1), isSpent(budget)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect([spend(budget, 1), isSpent(budget), spend(budget, 0)]).toEqual([false, true, false]);
});
