import fc from 'fast-check';
import type { TlsaAnswer, TlsaRecord } from '../../src/policy/dane/tlsa.js';
import { CERTIFICATE_IDS, type CertificateId, certificateData, digestOf, keyData } from './certificates.js';
import { aDnsFailure, denied, found } from './dns-answers.js';
import { weighted } from './universe.js';

/** A record about that certificate or its key, well made. */
export function recordFor(
  id: CertificateId,
  usage: number,
  selector: 0 | 1,
  matching: 0 | 1 | 2,
): TlsaRecord {
  const what = selector === 0 ? 'certificate' : 'spki';
  if (matching !== 0) {
    const data = digestOf(id, what, matching === 1 ? 256 : 512);
    return { kind: 'tlsa', usage, selector, matching, data, content: 'opaque', digest: null };
  }
  return {
    kind: 'tlsa',
    usage,
    selector,
    matching,
    data: selector === 0 ? certificateData(id) : keyData(id),
    content: selector === 0 ? 'certificate' : 'public-key',
    digest: digestOf(id, what, 256),
  };
}

const aSelector = fc.constantFrom(0, 1);
const aMatching = weighted([5, 1], [2, 2], [2, 0]);

export const anEndEntityRecord: fc.Arbitrary<TlsaRecord> = fc
  .tuple(weighted([12, 'leaf'], [1, 'stranger'], [1, 'root']), aSelector, aMatching)
  .map(([id, selector, matching]) => recordFor(id, 3, selector as 0 | 1, matching));

export const aTrustAnchorRecord: fc.Arbitrary<TlsaRecord> = fc
  .tuple(weighted([6, 'root'], [3, 'inter'], [1, 'stranger'], [1, 'leaf']), aSelector, aMatching)
  .map(([id, selector, matching]) => recordFor(id, 2, selector as 0 | 1, matching));

/** Usable or not, as somebody may publish who means no good or knows no better. */
export const aHostileRecord: fc.Arbitrary<TlsaRecord> = fc.oneof(
  fc.record({ kind: fc.constant('malformed' as const), rdata: fc.constantFrom('', '03', '030101') }),
  fc
    .tuple(fc.constantFrom(...CERTIFICATE_IDS), fc.constantFrom(0, 1, 4, 255), aSelector, aMatching)
    .map(([id, usage, selector, matching]) => recordFor(id, usage, selector as 0 | 1, matching)),
  fc.record({
    kind: fc.constant('tlsa' as const),
    usage: fc.constantFrom(2, 3, 3),
    selector: fc.constantFrom(0, 1, 2, 255),
    matching: fc.constantFrom(0, 1, 2, 3, 255),
    data: fc.constantFrom('00', 'ab'.repeat(31), 'ab'.repeat(32), 'ab'.repeat(64), 'AB'.repeat(32)),
    content: fc.constantFrom('opaque', 'certificate', 'public-key'),
    digest: fc.constantFrom(null, 'ab'.repeat(32)),
  }),
);

export const aTlsaRecord: fc.Arbitrary<TlsaRecord> = fc.oneof(
  { weight: 7, arbitrary: anEndEntityRecord },
  { weight: 3, arbitrary: aTrustAnchorRecord },
  { weight: 2, arbitrary: aHostileRecord },
);

export const aTlsaAnswer: fc.Arbitrary<TlsaAnswer> = fc.oneof(
  {
    weight: 6,
    arbitrary: found(
      fc.array(aTlsaRecord, { minLength: 1, maxLength: 3 }),
      fc.constant([]),
      weighted([5, 'secure'], [1, 'insecure']),
    ),
  },
  {
    weight: 1,
    arbitrary: found(
      fc.array(aHostileRecord, { minLength: 1, maxLength: 2 }),
      fc.constant([]),
      fc.constant('secure'),
    ),
  },
  { weight: 7, arbitrary: denied<TlsaRecord>() },
  { weight: 1, arbitrary: aDnsFailure },
);
