/*
 * Which TLSA records may authenticate a mail host. Order matters: first what is unusable goes, each record with its
 * reason; then digest agility leaves, within a usage and selector, only the strongest digest (RFC 7671, Section 9).
 */
import type { TlsaRecord } from './tlsa.js';

export type Unusable =
  | 'malformed'
  | 'usage'
  | 'selector'
  | 'matching-type'
  | 'digest-length'
  | 'not-a-certificate'
  | 'not-a-key';

/** A record that may be matched, with its place in the answer. */
export interface UsableRecord {
  readonly index: number;
  readonly usage: 'dane-ta' | 'dane-ee';
  readonly selector: 'certificate' | 'public-key';
  readonly matching: 'full' | 'sha-256' | 'sha-512';
  /** What the matching digest of the selected content must be: SHA-256 for `full`. Lower-case hexadecimal. */
  readonly digest: string;
}

const DIGEST_HEX_LENGTH: Readonly<Record<number, number>> = { 1: 64, 2: 128 };

/** Why a record cannot be used for SMTP, or null (RFC 6698, Section 4.1; RFC 7672, Section 3.1.3). */
export function whyUnusable(record: TlsaRecord): Unusable | null {
  if (record.kind === 'malformed') return 'malformed';
  if (record.usage !== 2 && record.usage !== 3) return 'usage';
  if (record.selector !== 0 && record.selector !== 1) return 'selector';
  if (record.matching === 0) {
    if (record.digest === null) return 'malformed';
    if (record.selector === 0) return record.content === 'certificate' ? null : 'not-a-certificate';
    return record.content === 'public-key' ? null : 'not-a-key';
  }
  const length = DIGEST_HEX_LENGTH[record.matching];
  if (length === undefined) return 'matching-type';
  return record.data.length === length ? null : 'digest-length';
}

export function isUsable(record: TlsaRecord): boolean {
  return whyUnusable(record) === null;
}

/** The records to match: usable ones, after digest agility. */
export function recordsToMatch(records: readonly TlsaRecord[]): readonly UsableRecord[] {
  const usable: UsableRecord[] = [];
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!;
    if (record.kind === 'tlsa' && isUsable(record)) usable.push(usableOf(record, index));
  }
  const stronger = usable.filter(({ matching }) => matching === 'sha-512');
  if (stronger.length === 0) return usable;
  const groups = new Set(stronger.map(groupOf));
  return usable.filter((record) => record.matching !== 'sha-256' || !groups.has(groupOf(record)));
}

function groupOf({ usage, selector }: UsableRecord): string {
  return `${usage} ${selector}`;
}

function usableOf(record: Extract<TlsaRecord, { kind: 'tlsa' }>, index: number): UsableRecord {
  return {
    index,
    usage: record.usage === 2 ? 'dane-ta' : 'dane-ee',
    selector: record.selector === 0 ? 'certificate' : 'public-key',
    matching: record.matching === 0 ? 'full' : record.matching === 1 ? 'sha-256' : 'sha-512',
    digest: record.matching === 0 ? record.digest! : record.data,
  };
}

/** A record in the presentation form of reports: "3 1 1 HEX" (RFC 8460, Section 4.4). */
export function presentRecord(record: TlsaRecord): string {
  if (record.kind === 'malformed')
    return `\\# ${record.rdata.length / 2} ${record.rdata.toUpperCase()}`.trim();
  return `${record.usage} ${record.selector} ${record.matching} ${record.data.toUpperCase()}`;
}
