import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CachedPolicy, FetchFailure } from '../../policy/mta-sts/policy.js';
import { isStorable, storedFailure, storedPolicy } from './stored.codec.js';

const anId = fc.stringMatching(/^[A-Za-z0-9]{1,32}$/);
const aPolicy: fc.Arbitrary<CachedPolicy> = fc.record({
  id: anId,
  fetchedAt: fc.maxSafeNat(),
  policy: fc.record({
    mode: fc.constantFrom('enforce', 'testing', 'none'),
    mx: fc.array(fc.string(), { minLength: 1 }),
    maxAgeSeconds: fc.integer({ min: 0, max: 31_557_600 }),
    lines: fc.array(fc.string()),
  }),
});
const aFailure: fc.Arbitrary<FetchFailure> = fc.record({ id: anId, failedAt: fc.maxSafeNat() });

describe('the text of a stored policy', () => {
  it('is read as it was written, and nothing else is read at all', () => {
    const noise = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(fc.string(), aPolicy, aFailure, noise, (domain, policy, failure, other) => {
        const text = storedPolicy.encode(domain, policy)!;
        const failureText = storedFailure.encode(domain, failure)!;
        expect(storedPolicy.decode(domain, text)).toEqual(policy);
        expect(storedFailure.decode(domain, failureText)).toEqual(failure);
        expect(storedPolicy.decode(`${domain}.`, text)).toBeNull();
        expect(storedPolicy.decode(domain, failureText)).toBeNull();
        expect(storedPolicy.decode(domain, other)).toBeNull();
      }),
    );
  });

  it('drops what it does not know', () => {
    const [policy] = fc.sample(aPolicy, 1);
    const text = JSON.parse(storedPolicy.encode('a.example', policy!)!);
    const more = JSON.stringify({ ...text, extra: 1, value: { ...text.value, extra: 1 } });
    expect(storedPolicy.decode('a.example', more)).toEqual(policy);
  });

  it('is not written where it would be too long to be read', () => {
    const [entry] = fc.sample(aPolicy, 1);
    const of = (length: number): CachedPolicy => ({
      ...entry!,
      policy: { ...entry!.policy, lines: ['x'.repeat(length)] },
    });
    expect(isStorable('a.example', { kind: 'store', entry: of(200_000) })).toBe(true);
    expect(isStorable('a.example', { kind: 'store', entry: of(262_144) })).toBe(false);
    expect(storedPolicy.encode('a.example', of(262_144))).toBeNull();
  });
});
