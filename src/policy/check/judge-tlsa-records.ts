/* TLSA records by themselves: kinds that serve no sender, sizes, digests and lifetimes. */
import type { TlsaRecord } from '../dane/tlsa.js';
import { isUsable, presentRecord, type Unusable, whyUnusable } from '../dane/usability.js';
import type { Case, Finding } from './finding.js';
import { raiseDane } from './findings.js';
import { whyMeaningless } from './meaningless-digest.js';
import type { HostDane } from './survey.js';
import { listOf, quoted } from './wording.js';

type WholeRecord = Extract<TlsaRecord, { kind: 'tlsa' }>;

/** RFC 7671, Section 13: short enough for an emergency. */
const TLSA_TTL_SECONDS_MAX = 86_400;
/** What is known to pass by UDP everywhere. */
const ANSWER_OCTETS_MAX = 1232;
const HEADER_OCTETS = 12;
const QUESTION_OCTETS = 4;
/** A compressed owner, type, class, TTL, length, and the three numbers. */
const RECORD_OCTETS = 15;

const REASONS: Readonly<Record<Unusable, string>> = {
  malformed: 'it is cut short',
  usage: 'a usage that is not for mail',
  selector: 'a selector that nobody knows',
  'matching-type': 'a matching type that nobody knows',
  'digest-length': 'a digest of the wrong length',
  'not-a-certificate': 'its data is no certificate',
  'not-a-key': 'its data is no public key',
};

/** What is odd about the records of a host. `place`: the host, and what to publish instead. */
export function judgeTlsaRecords(
  dane: Extract<HostDane, { kind: 'present' }>,
  place: Case & { readonly host: string },
): readonly Finding[] {
  const { records, ttlSeconds } = dane;
  const usable = records.filter((record): record is WholeRecord => isUsable(record));
  const { host } = place;
  return [
    ...(usable.length === 0 ? [judgeAllUnusable(records, place)] : judgeUnusable(records, host)),
    ...judgeMeaning(records, host),
    ...judgeKinds(usable, place),
    ...judgeDigests(usable, host),
    ...judgeSize(dane, host),
    ...(ttlSeconds > TLSA_TTL_SECONDS_MAX
      ? [raiseDane('tlsa-ttl-long', { host, values: { seconds: ttlSeconds } })]
      : []),
  ];
}

function judgeAllUnusable(records: readonly TlsaRecord[], place: Case): Finding {
  const reasons = listOf([...new Set(records.map((record) => REASONS[whyUnusable(record)!]))]);
  return raiseDane('tlsa-all-unusable', { ...place, values: { reasons } });
}

function judgeUnusable(records: readonly TlsaRecord[], host: string): readonly Finding[] {
  return records.flatMap((record) => {
    const why = whyUnusable(record);
    if (why === null) return [];
    const text = quoted(presentRecord(record));
    if (record.kind === 'tlsa' && record.usage < 2)
      return [raiseDane('tlsa-pkix-usage', { host, values: { usage: record.usage, record: text } })];
    return [raiseDane('tlsa-unusable', { host, values: { reason: REASONS[why], record: text } })];
  });
}

/** Whatever its kind: what publishes such a record publishes it again. */
function judgeMeaning(records: readonly TlsaRecord[], host: string): readonly Finding[] {
  return records.flatMap((record) => {
    const reason = record.kind === 'tlsa' ? whyMeaningless(record.data) : null;
    if (reason === null) return [];
    return [
      raiseDane('tlsa-meaningless', { host, values: { reason, record: quoted(presentRecord(record)) } }),
    ];
  });
}

function judgeKinds(usable: readonly WholeRecord[], place: Case): readonly Finding[] {
  const has = (usage: number, selector: number, matching?: number) =>
    usable.find(
      (record) =>
        record.usage === usage &&
        record.selector === selector &&
        (matching === undefined ? record.matching !== 0 : record.matching === matching),
    );
  const isBest = has(3, 1, 1) !== undefined;
  const leaf = has(3, 0);
  const anchor = has(2, 1);
  const { host } = place as { host: string };
  return [
    ...(usable.length > 0 && !isBest ? [raiseDane('tlsa-without-3-1-1', place)] : []),
    ...(leaf === undefined
      ? []
      : [raiseDane('tlsa-certificate-digest', { host, values: { matching: leaf.matching } })]),
    ...(anchor === undefined
      ? []
      : [raiseDane('tlsa-anchor-key', { host, values: { matching: anchor.matching } })]),
    ...(usable.some(({ matching }) => matching === 0) ? [raiseDane('tlsa-full-data', { host })] : []),
  ];
}

function judgeDigests(usable: readonly WholeRecord[], host: string): readonly Finding[] {
  if (usable.length > 0 && usable.every(({ matching }) => matching === 2))
    return [raiseDane('tlsa-only-sha-512', { host })];
  const kinds = [...new Set(usable.map(({ usage, selector }) => `${usage} ${selector}`))];
  return kinds.flatMap((kind) => {
    const digests = (matching: number) =>
      new Set(
        usable
          .filter((record) => `${record.usage} ${record.selector}` === kind && record.matching === matching)
          .map(({ data }) => data),
      ).size;
    const [sha256, sha512] = [digests(1), digests(2)];
    if (sha256 === 0 || sha512 === 0 || sha256 === sha512) return [];
    return [raiseDane('tlsa-digest-gap', { host, values: { kind, sha256, sha512 } })];
  });
}

function judgeSize({ baseDomain, records }: Extract<HostDane, { kind: 'present' }>, host: string) {
  const question = HEADER_OCTETS + QUESTION_OCTETS + `_25._tcp.${baseDomain}`.length + 2;
  const octets = records.reduce(
    (sum, record) =>
      sum +
      RECORD_OCTETS +
      (record.kind === 'malformed' ? record.rdata.length / 2 - 3 : record.data.length / 2),
    question,
  );
  return octets > ANSWER_OCTETS_MAX ? [raiseDane('tlsa-large', { host, values: { octets } })] : [];
}
