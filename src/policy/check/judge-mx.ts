import type { MxRecord, TxtAnswer } from '../dns/answer.js';
import { causeInWords } from '../dns/cause-words.js';
import { judgeMx } from '../mx/discover.js';
import { parseDnsName } from '../names/domain-name.js';
import { familyOf } from '../names/ip-address.js';
import type { Finding } from './finding.js';
import { raiseMx } from './findings.js';
import type { Survey } from './survey.js';
import { countOf, listOf, quoted } from './wording.js';

/** What the MX records say of a domain, and what is wrong with them. */
export function judgeMxRecords({ facts, mxSecurity }: Survey): readonly Finding[] {
  const { domain, mx, validation } = facts;
  if (mx.kind === 'failed') {
    if (mx.cause === 'bogus') return [raiseMx('mx-bogus', { values: { cause: causeInWords(mx) } })];
    return [raiseMx('mx-unknown', { values: { cause: causeInWords(mx) } })];
  }
  if (mx.denial === 'nxdomain') return [raiseMx('domain-missing', { values: { domain } })];
  const security =
    validation === 'not-believed'
      ? raiseMx('dnssec-not-seen')
      : raiseMx(mxSecurity === 'secure' ? 'mx-secure' : 'mx-insecure', { values: { domain } });
  return [...judgeMeaning(facts, mx.records), security];
}

function judgeMeaning(facts: Survey['facts'], records: readonly MxRecord[]): readonly Finding[] {
  const { domain } = facts;
  switch (judgeMx(facts.mx).verdict) {
    case 'unknown':
    case 'loop':
      return [];
    case 'no-mail-accepted':
      return [raiseMx('mx-null'), ...judgeSpf(facts.txt)];
    case 'try-domain':
      return [raiseMx('mx-implicit', { values: { domain }, publish: `${domain}. IN MX 10 ${domain}.` })];
    case 'no-target':
      return [raiseMx('mx-no-host'), ...judgeNames(records)];
    case 'try-hosts':
      return [nameHosts(facts), ...judgeNames(records)].flat();
  }
}

function nameHosts({ hosts, hostsLeftOut }: Survey['facts']): readonly Finding[] {
  const names = [...hosts.map(({ host }) => host), ...hostsLeftOut];
  const values = { count: countOf(names.length, 'mail host'), hosts: listOf(names) };
  const leftOut =
    hostsLeftOut.length === 0 ? [] : [raiseMx('hosts-left-out', { values: { hosts: listOf(hostsLeftOut) } })];
  return [raiseMx('mx-hosts', { values }), ...leftOut];
}

function judgeNames(records: readonly MxRecord[]): readonly Finding[] {
  return records.flatMap(({ exchange }) => {
    if (exchange === '') return records.length > 1 ? [raiseMx('mx-null-among-others')] : [];
    if (parseDnsName(exchange) !== null) return [];
    const isAddress = familyOf(exchange) !== null;
    return [raiseMx(isAddress ? 'mx-address' : 'mx-bad-name', { values: { name: quoted(exchange) } })];
  });
}

/** A domain that sends is one that somebody may want to answer (RFC 7505, Section 4.2). */
function judgeSpf(txt: TxtAnswer | null): readonly Finding[] {
  if (txt === null || txt.kind === 'failed') return [];
  const spf = txt.records.find((text) => /^v=spf1(?: |$)/i.test(text));
  if (spf === undefined || /^v=spf1 +-all *$/i.test(spf)) return [];
  return [raiseMx('mx-null-but-sends', { values: { spf: quoted(spf) } })];
}
