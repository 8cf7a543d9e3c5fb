import type { MxAnswer, MxRecord } from '../dns/answer.js';
import { type Decision, decide } from '../kernel/table.js';
import { parseDnsName } from '../names/domain-name.js';
import type { Candidate } from './candidate.js';
import { mxDenial } from './mx-denial.table.js';
import { mxDiscovery } from './mx-discovery.table.js';

export type MxVerdict = (typeof mxDiscovery.verdicts)[number];
export type DenialVerdict = (typeof mxDenial.verdicts)[number];
/** What a policy of the domain has to say to an answer that denies its hosts. */
export type DenialWitness = (typeof mxDenial.inputs.policy)[number];

/**
 * What the MX answer of a domain means. `ownHosts`: names of this system itself, in lower-case A-labels. Total; never throws.
 */
export function judgeMx(answer: MxAnswer, ownHosts: readonly string[] = []): Decision<MxVerdict> {
  return decide(mxDiscovery, { answer: classify(answer, ownHosts) });
}

function classify(answer: MxAnswer, ownHosts: readonly string[]) {
  if (answer.kind === 'failed') return 'failed';
  if (answer.denial !== null) return answer.denial;
  if (answer.records.length === 1 && answer.records[0]!.exchange === '') return 'null-mx';
  if (!answer.records.some(namesHost)) return 'no-usable-name';
  return betterThanOwn(answer.records, ownHosts).some(namesHost) ? 'hosts' : 'only-us';
}

/** Whether an answer that leaves nobody to deliver to is believed. Total; never throws. */
export function judgeDenial(
  answer: MxAnswer,
  policy: DenialWitness,
  looked: (typeof mxDenial.inputs.looked)[number],
): Decision<DenialVerdict> {
  return decide(mxDenial, { answer: answer.kind === 'secure' ? 'secure' : 'insecure', policy, looked });
}

/** The records that are preferred to every one that names a host of ours (RFC 5321, Section 5.1): behind it mail would turn back. */
export function betterThanOwn(
  records: readonly MxRecord[],
  ownHosts: readonly string[],
): readonly MxRecord[] {
  const ofOurs = records.flatMap(({ exchange, preference }) =>
    ownHosts.includes(parseDnsName(exchange) ?? '') ? [preference] : [],
  );
  if (ofOurs.length === 0) return records;
  const own = Math.min(...ofOurs);
  return records.filter(({ preference }) => preference < own);
}

/** Whether equal preferences leave an order to be drawn (RFC 5321, Section 5.1). */
export function hasEqualPreferences(records: readonly MxRecord[]): boolean {
  return new Set(records.map((record) => record.preference)).size < records.length;
}

/**
 * The hosts of an MX answer in the order to try them: by preference, equal ones by the drawn values, one for each record
 * (RFC 5321, Section 5.1). Records that name no host are left out (RFC 7505, Section 3).
 */
export function candidatesOf(records: readonly MxRecord[], draws: readonly number[]): readonly Candidate[] {
  const inOrder = records
    .flatMap(({ exchange, preference }, index) => {
      const host = parseDnsName(exchange);
      return host === null ? [] : [{ host, preference, draw: draws[index] ?? 0, index }];
    })
    .sort((a, b) => a.preference - b.preference || a.draw - b.draw || a.index - b.index);
  const hosts = new Map<string, Candidate>();
  for (const { host, preference } of inOrder)
    if (!hosts.has(host)) hosts.set(host, { host, source: 'mx', preference });
  return [...hosts.values()];
}

/**
 * At most so many of them, in their order. Hosts that no attempt has come to yet are taken first, or a bound would leave out the
 * same ones for ever (RFC 5321, Section 5.1).
 */
export function withinBound(
  candidates: readonly Candidate[],
  candidatesMax: number,
  tried: ReadonlySet<string>,
): readonly Candidate[] {
  if (candidates.length <= candidatesMax) return candidates;
  const isNew = ({ host }: Candidate) => !tried.has(host);
  const ofNew = candidates.filter(isNew).slice(0, candidatesMax);
  const ofOld = candidates.filter((each) => !isNew(each)).slice(0, candidatesMax - ofNew.length);
  const chosen = new Set([...ofNew, ...ofOld]);
  return candidates.filter((candidate) => chosen.has(candidate));
}

function namesHost(record: MxRecord): boolean {
  return parseDnsName(record.exchange) !== null;
}
