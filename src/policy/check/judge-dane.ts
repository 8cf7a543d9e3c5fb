/*
 * TLSA records against what the hosts present. A sender picks among the records by what it knows, so it is not enough that
 * one of them matches: every kind (usage, selector, matching type) must (RFC 7671, Section 8).
 */
import type { PeerFacts } from '../certificate/facts.js';
import { matchDane } from '../dane/match.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import { isUsable, presentRecord } from '../dane/usability.js';
import { judgePkix } from '../host/authenticate.js';
import { decide } from '../kernel/table.js';
import { coversName } from '../names/match.js';
import type { Case, Finding } from './finding.js';
import { raiseDane } from './findings.js';
import { securedVisits } from './judge-tls.js';
import { judgeTlsaRecords } from './judge-tlsa-records.js';
import { daneFinding } from './session.tables.js';
import { type HostDane, type HostSurvey, matchesDane, type Survey } from './survey.js';
import { misnumberedIn, recommendedLines } from './tlsa-publish.js';
import { listOf, quoted } from './wording.js';

export type PresentDane = Extract<HostDane, { kind: 'present' }>;

/** What DANE does for the domain, and what stands in its way. */
export function judgeDane(survey: Survey): readonly Finding[] {
  const isUsed = survey.hosts.some(({ dane }) => dane.kind === 'present');
  return [...survey.hosts.flatMap((host) => judgeHost(host, survey, isUsed)), ...judgeSharing(survey.hosts)];
}

function judgeHost(host: HostSurvey, survey: Survey, isUsed: boolean): readonly Finding[] {
  const { dane } = host;
  switch (dane.kind) {
    case 'failed': {
      const { baseDomain: base, cause } = dane;
      const values = { base, cause, name: `_${survey.facts.port}._tcp.${base}` };
      const id = dane.asked === 'yes' ? 'tlsa-lookup-fails' : 'tlsa-lookup-fails-unasked';
      return [raiseDane(id, { host: host.facts.host, values })];
    }
    case 'absent':
      return judgeAbsence(host, dane, survey, isUsed);
    case 'present':
      return judgePresence(host, dane, survey);
  }
}

function judgeAbsence(
  survey: HostSurvey,
  dane: Extract<HostDane, { kind: 'absent' }>,
  { facts, mxSecurity, now }: Survey,
  isUsed: boolean,
): readonly Finding[] {
  const { host } = survey.facts;
  const peers = peersOf(survey);
  const place = { ...advice(survey, host, peers, facts.port, now), values: { base: host } };
  const idle =
    dane.idle === 'records' && facts.validation === 'believed'
      ? [raiseDane('tlsa-insecure', { host, values: { base: host } })]
      : [];
  if (isUsed) return [...idle, raiseDane('tlsa-at-some-hosts', place)];
  if (dane.way !== 'possible' || mxSecurity !== 'secure' || peers.length === 0) return idle;
  return [...idle, raiseDane('dane-ready', place)];
}

/**
 * What to publish, as far as the host shows its key and somebody vouches for it: anybody can show a key in a session that
 * nothing authenticates, and a record for the key of an impostor would let it in for good.
 */
function advice(
  survey: HostSurvey,
  base: string,
  peers: readonly PeerFacts[],
  port: number,
  now: number,
): Case & { readonly host: string } {
  const leaves = peers.flatMap((peer) =>
    peer.kind === 'presented' && isVouchedFor(survey, peer, now) ? [peer.chain[0]] : [],
  );
  const lines = recommendedLines(base, port, leaves);
  return { host: survey.facts.host, publish: lines };
}

/** By a TLSA record, or by a CA for the right name. */
function isVouchedFor(survey: HostSurvey, peer: PeerFacts, now: number): boolean {
  return judgePkix(peer, [[survey.facts.host]], 'never') === 'passed' || matchesDane(survey, peer, now);
}

/** What the addresses of the host present, where it can be read. */
function peersOf(survey: HostSurvey): readonly PeerFacts[] {
  return securedVisits(survey).flatMap(({ visit: { peer } }) => (peer.kind === 'presented' ? [peer] : []));
}

function judgePresence(survey: HostSurvey, dane: PresentDane, { facts, mxSecurity, now }: Survey) {
  const { host, source } = survey.facts;
  const adviceFor = (peers: readonly PeerFacts[]) => advice(survey, dane.baseDomain, peers, facts.port, now);
  const matches = securedVisits(survey).map(({ address, visit: { peer } }) =>
    judgeMatch({ dane, now, place: { ...adviceFor([peer]), address } }, peer),
  );
  const isSettled = matches.length > 0 && matches.every((findings) => findings.length === 0);
  const hasUsable = dane.records.some(isUsable);
  return [
    ...(source === 'mx' && mxSecurity === 'insecure'
      ? [raiseDane('tlsa-behind-insecure-mx', { host, values: { domain: facts.domain } })]
      : []),
    ...matches.flat(),
    ...judgeNumbers(survey, dane),
    ...(isSettled && hasUsable ? [raiseDane('tlsa-matches', { host })] : []),
    ...judgeTlsaRecords(dane, adviceFor(peersOf(survey))),
  ];
}

interface MatchCase {
  readonly dane: PresentDane;
  readonly now: number;
  readonly place: Case;
}

function judgeMatch(known: MatchCase, peer: PeerFacts): readonly Finding[] {
  const { dane, now, place } = known;
  const match = matchDane(dane.records, peer, dane.references, now);
  const records = dane.records.some(isUsable) ? 'usable' : 'unusable';
  const { verdict } = decide(daneFinding, { records, match: match.kind });
  switch (verdict) {
    case 'nothing-to-match':
      return [];
    case 'tlsa-matches':
      return judgeKinds(known, peer);
    case 'tlsa-mismatch':
      return [
        raiseDane('tlsa-mismatch', { ...place, values: { key: keyOf(peer) } }),
        ...anchorsNotSent(known),
      ];
    case 'tlsa-name-mismatch':
      return [
        raiseDane('tlsa-name-mismatch', {
          ...place,
          values: { base: dane.baseDomain, names: quoted(listOf(namesOf(peer))) },
        }),
        ...judgeWildcards(known, peer),
      ];
    case 'tlsa-expired':
    case 'tlsa-weak':
    case 'tlsa-unfinished':
      return [raiseDane(verdict, place)];
  }
}

/** Records that hold the digest of something that is presented, under numbers that mean something else. */
function judgeNumbers(survey: HostSurvey, dane: PresentDane): readonly Finding[] {
  const { host } = survey.facts;
  return securedVisits(survey).flatMap(({ address, visit: { peer } }) =>
    dane.records.flatMap((record) => {
      const misnumbered = peer.kind === 'presented' ? misnumberedIn(peer.chain, record) : null;
      if (misnumbered === null) return [];
      const values = { ...misnumbered, kind: kindOf(record), record: quoted(presentRecord(record)) };
      return [raiseDane('tlsa-wrong-numbers', { host, address, values })];
    }),
  );
}

/** As it stands in a 3 1 1 record. */
function keyOf(peer: PeerFacts): string {
  return peer.kind === 'presented' ? peer.chain[0].spkiSha256.toUpperCase() : 'unreadable';
}

function namesOf(peer: PeerFacts): readonly string[] {
  return peer.kind === 'presented' ? peer.chain[0].dnsNames : [];
}

function judgeKinds(known: MatchCase, peer: PeerFacts): readonly Finding[] {
  return kindsOf(known.dane.records).flatMap((kind) => {
    const match = matchKind(known, peer, kind);
    if (match === 'matched') return [];
    if (match === 'mismatch' && kind.startsWith('2')) return [raiseKind('tlsa-anchor-not-sent', known, kind)];
    return [raiseKind('tlsa-kind-unmatched', known, kind)];
  });
}

/** Where nothing that was presented leads to any of the records. */
function anchorsNotSent(known: MatchCase): readonly Finding[] {
  return kindsOf(known.dane.records).flatMap((kind) =>
    kind.startsWith('2') ? [raiseKind('tlsa-anchor-not-sent', known, kind)] : [],
  );
}

function raiseKind(id: 'tlsa-anchor-not-sent' | 'tlsa-kind-unmatched', { place }: MatchCase, kind: string) {
  return raiseDane(id, { ...place, values: { kind } });
}

/** "3 1 1" for each kind among the usable records. */
function kindsOf(records: readonly TlsaRecord[]): readonly string[] {
  return [...new Set(records.filter(isUsable).map(kindOf))].sort();
}

function kindOf(record: TlsaRecord): string {
  return record.kind === 'malformed' ? '' : `${record.usage} ${record.selector} ${record.matching}`;
}

const HIDDEN: TlsaRecord = { kind: 'malformed', rdata: '' };

/** The records of that kind alone; the others keep their places, because facts about the peer count by place. */
function matchKind({ dane, now }: MatchCase, peer: PeerFacts, kind: string) {
  const records = dane.records.map((record) => (kindOf(record) === kind ? record : HIDDEN));
  return matchDane(records, peer, dane.references, now).kind;
}

/** Wildcards that look as if they were meant for the host, and cover none of its names. */
function judgeWildcards({ dane, place }: MatchCase, peer: PeerFacts): readonly Finding[] {
  const { references } = dane;
  const wildcards = namesOf(peer).filter((name) => name.includes('*'));
  const futile = wildcards.filter((name) => {
    const parent = name.toLowerCase().replace(/^.*?\*[^.]*\./, '');
    const isMeant = references.some((reference) => `.${reference}`.endsWith(`.${parent}`));
    return isMeant && !references.some((reference) => coversName(name, reference));
  });
  return futile.map((name) =>
    raiseDane('certificate-wildcard', { ...place, values: { name: quoted(name), base: dane.baseDomain } }),
  );
}

/** The same leaf record below different hosts (RFC 7672, Section 2.2.3). */
function judgeSharing(hosts: readonly HostSurvey[]): readonly Finding[] {
  const holders = new Map<string, string[]>();
  for (const { facts, dane } of hosts) {
    if (dane.kind !== 'present') continue;
    for (const record of new Set(dane.records)) {
      if (record.kind !== 'tlsa' || record.usage !== 3) continue;
      const key = `${kindOf(record)} ${record.data}`;
      const known = holders.get(key) ?? [];
      if (!known.includes(facts.host)) holders.set(key, [...known, facts.host]);
    }
  }
  const groups = new Set([...holders.values()].filter((names) => names.length > 1).map(listOf));
  return [...groups].map((names) => raiseDane('tlsa-shared', { values: { hosts: names } }));
}
