import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyAgility,
  referenceNames as otherNames,
  isUsable as referenceIsUsable,
} from '../../spec/reference/dane.js';
import { certificateNameMatches, mxPatternMatches } from '../../spec/reference/names.js';
import { parsePolicy, parseStsRecords, parseTlsRequired } from '../../spec/reference/parsers.js';
import { referenceNames } from '../../src/policy/dane/reference-names.js';
import type { TlsaRecord } from '../../src/policy/dane/tlsa.js';
import { isUsable, recordsToMatch } from '../../src/policy/dane/usability.js';
import { readPolicyFile } from '../../src/policy/mta-sts/policy-file.js';
import { readStsRecord } from '../../src/policy/mta-sts/record.js';
import { coversName, listsHost } from '../../src/policy/names/match.js';
import { readTlsRequired } from '../../src/policy/require-tls/header.js';

/** Texts put together from pieces that matter to a parser. */
const from = (pieces: readonly string[], max = 8) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: max }).map((parts) => parts.join(''));

const RECORD = [
  'v=STSv1;',
  'v=STSv1',
  ' ',
  ';',
  '\t',
  'id=1',
  'id=ab9',
  'id=',
  'id=a-b',
  'x=y',
  'x=',
  '=',
  'v=STSv1 ;',
  'ID=2',
];
const POLICY = [
  'version: STSv1\n',
  'mode: enforce\n',
  'mode: none\n',
  'mode: testing\r\n',
  'max_age: 86400\n',
  'max_age: 99999999999\n',
  'max_age:1\n',
  'mx: mx.a.example\n',
  'mx: *.a.example\n',
  'mx: bad*\n',
  '\n',
  '\r',
  ' \n',
  'x: y\n',
  'x:\n',
  'Mode: enforce\n',
  'mode : none\n',
  'version: STSv2\n',
  '\uFEFF',
];
const HEADER = [
  'TLS-Required: No\r\n',
  'tls-required:no\n',
  'TLS-Required: Yes\r\n',
  'TLS-Required :No\r\n',
  'TLS-Required:\r\n No\r\n',
  'Subject: x\r\n',
  ' folded\r\n',
  '\r\n',
  'TLS-Required: No \t\r\n',
  'x\n',
];
const NAMES = [
  'mx.a.example',
  'MX.A.example',
  '*.a.example',
  '*.*.example',
  'a*.a.example',
  '*',
  'a.example',
  'b.mx.a.example',
  'mx.a.example.',
  '',
  '*.example',
  'xn--a.example',
];

const aRecord = fc
  .record({
    usage: fc.constantFrom(0, 1, 2, 3, 255),
    selector: fc.constantFrom(0, 1, 7),
    matching: fc.constantFrom(0, 1, 2, 9),
    data: fc.constantFrom('aa'.repeat(32), 'bb'.repeat(64), '00'),
    content: fc.constantFrom('certificate', 'public-key', 'opaque'),
  })
  .map(
    (record) =>
      ({
        kind: 'tlsa',
        ...record,
        digest: record.matching === 0 ? 'cc'.repeat(32) : null,
      }) as const satisfies TlsaRecord,
  );

describe('policy and reference read alike', () => {
  it('MTA-STS records (STS-3.1-2, STS-3.1-3, STS-3.1-7)', () => {
    fc.assert(
      fc.property(fc.array(from(RECORD), { maxLength: 3 }), (texts) => {
        const ours = readStsRecord(texts);
        const theirs = parseStsRecords(texts);
        expect(ours.kind === 'found' ? { kind: ours.kind, id: ours.id } : { kind: ours.kind }).toEqual(
          theirs,
        );
      }),
      { numRuns: 5000 },
    );
  });

  it('policy files (STS-3.2-4, STS-3.2-10, STS-3.2-15)', () => {
    fc.assert(
      fc.property(from(POLICY, 10), (text) => {
        const ours = readPolicyFile(text);
        const read =
          ours.kind === 'invalid'
            ? null
            : { mode: ours.policy.mode, mx: ours.policy.mx, maxAgeSeconds: ours.policy.maxAgeSeconds };
        expect(read).toEqual(parsePolicy(text));
      }),
      { numRuns: 10_000 },
    );
  });

  it('TLS-Required fields (RTLS-3-1, RTLS-3-4)', () => {
    fc.assert(
      fc.property(from(HEADER), (header) => {
        expect(readTlsRequired(header)).toBe(parseTlsRequired(header));
      }),
      { numRuns: 5000 },
    );
  });

  it('names in certificates and policies (SID-6.3-3, SID-6.3-4, STS-4.1-2)', () => {
    for (const presented of NAMES) {
      for (const reference of ['mx.a.example', 'b.mx.a.example', 'a.example', 'example']) {
        expect([presented, reference, coversName(presented, reference)]).toEqual([
          presented,
          reference,
          certificateNameMatches(presented, reference),
        ]);
      }
    }
    for (const pattern of ['mx.a.example', '*.a.example', '*.example', 'a.example']) {
      for (const host of ['mx.a.example', 'b.mx.a.example', 'a.example', 'example']) {
        expect([pattern, host, listsHost(pattern, host)]).toEqual([
          pattern,
          host,
          mxPatternMatches(pattern, host),
        ]);
      }
    }
  });

  it('usable TLSA records, and which digest counts (TLSA-4.1-3, DOPS-9-1, DOPS-9-5)', () => {
    fc.assert(
      fc.property(fc.array(aRecord, { maxLength: 6 }), (records) => {
        expect(records.map(isUsable)).toEqual(records.map(referenceIsUsable));
        const kept = recordsToMatch(records).map(({ index }) => records[index]);
        expect(kept).toEqual(applyAgility(records.filter(referenceIsUsable)));
      }),
      { numRuns: 5000 },
    );
  });

  it('reference names (DANE-3.2.2-1, DANE-3.2.2-2, DANE-3.2.2-4)', () => {
    for (const mxSecurity of ['secure', 'insecure'] as const)
      for (const source of ['mx', 'implicit'] as const)
        for (const expandedNextHop of [null, 'other.example'])
          for (const baseDomain of ['mx.a.example', 'a.example'])
            expect(
              referenceNames({ mxSecurity, source, baseDomain, nextHop: 'a.example', expandedNextHop }),
            ).toEqual(
              otherNames({ mx: mxSecurity, source, base: baseDomain, nextHop: 'a.example', expandedNextHop }),
            );
  });
});
