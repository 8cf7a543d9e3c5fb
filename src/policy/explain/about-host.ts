/* What is said of a host, of its TLSA records, its certificate and its words, wherever it decides. */
import type { CertificateFacts } from '../certificate/facts.js';
import type { TlsaRecord } from '../dane/tlsa.js';
import { isUsable, presentRecord, whyUnusable } from '../dane/usability.js';
import type { Stage } from '../host/transaction.js';
import { portOf } from '../mx/candidate.js';
import type { Lost, Reply } from '../smtp/reply.js';
import { hostIn, nowIn } from './about-domain.js';
import type { Evidence, HostEvidence } from './evidence.js';
import type { Owner } from './fact.js';
import { lossInWords, quoted, replyText, someOf, timeOf } from './values.js';

/** "mx.example [192.0.2.1]" */
export function placeIn(evidence: Evidence): string {
  const address = evidence.host?.addresses[evidence.host.address];
  return address === undefined ? hostIn(evidence) : `${hostIn(evidence)} [${address}]`;
}

/** Where its TLSA records stand, or would. */
export function tlsaNameIn({ host }: Evidence): string {
  if (host === null) return 'the host';
  const base = host.tlsa.kind === 'present' ? host.tlsa.baseDomain : host.input.candidate.host;
  return `_${portOf(host.input.candidate, host.input.settings.port)}._tcp.${base}`;
}

/** What is known of the host's TLSA records, and those that there are. */
export function tlsaText(evidence: Evidence): string {
  const tlsa = evidence.host?.tlsa ?? { kind: 'not-applicable' };
  const name = tlsaNameIn(evidence);
  switch (tlsa.kind) {
    case 'not-applicable':
      return `no TLSA records of ${hostIn(evidence)} were asked for`;
    case 'absent':
      return `there are no TLSA records at ${name} that DNSSEC vouches for`;
    case 'failed':
      return `the TLSA records at ${name} could not be learned: ${causeText(tlsa.cause)}`;
    case 'present': {
      const usable = tlsa.records.filter(isUsable);
      const records = usable.length > 0 ? usable : tlsa.records;
      const kind = usable.length > 0 ? 'usable' : 'unusable';
      const stand = records.length === 1 ? `stands one ${kind} TLSA record` : `stand ${kind} TLSA records`;
      return `at ${name} ${stand}, validated by DNSSEC: ${recordsText(records)}`;
    }
  }
}

function recordsText(records: readonly TlsaRecord[]): string {
  return someOf(
    records.map((record) => {
      const fault = whyUnusable(record);
      return `${quoted(presentRecord(record))}${fault === null ? '' : ` (${fault})`}`;
    }),
  );
}

/** The causes of `TlsaKnowledge`: that of the lookup, perhaps with its extended error. */
function causeText(cause: string): string {
  if (cause === 'alias-lookup') return 'whether the name is an alias could not be learned';
  return (
    (cause.startsWith('bogus') && `DNSSEC validation failed (${cause})`) ||
    (cause.startsWith('servfail') && `our resolver answers SERVFAIL (${cause})`) ||
    (cause.startsWith('refused') && `our resolver refuses to answer (${cause})`) ||
    (cause.startsWith('timeout') && `our resolver gave no answer in time (${cause})`) ||
    (cause.startsWith('unreachable') && `our resolver cannot be reached (${cause})`) ||
    cause
  );
}

/** Whose the state of the TLSA records is. */
export function ownerOfTlsa({ host }: Evidence): Owner {
  const cause = host?.tlsa.kind === 'failed' ? host.tlsa.cause : '';
  return /^(refused|timeout|unreachable)/.test(cause) ? 'resolver' : 'recipient';
}

/** The certificate that the peer showed: names, dates, digests. */
export function certificateText(evidence: Evidence): string {
  const facts = evidence.host?.peerFacts ?? null;
  const place = placeIn(evidence);
  if (facts === null) return `no certificate of ${place} was looked at`;
  if (facts.kind === 'unreadable')
    return `what ${place} presented as a certificate cannot be read (${facts.code})`;
  return `${place} presented ${leafText(facts.chain[0])}`;
}

function leafText(leaf: CertificateFacts): string {
  return (
    `a certificate for ${subjectText(leaf)}, ${issuerText(leaf)}valid from ${timeOf(leaf.notBefore)} until ${timeOf(leaf.notAfter)}, ` +
    `with the key ${leaf.spkiSha256.toUpperCase()} (SHA-256; of the whole ${leaf.certificateSha256.toUpperCase()})`
  );
}

/** Whom it is for; without a DNS name, as whom it describes itself. */
function subjectText({ dnsNames, commonNames }: CertificateFacts): string {
  if (dnsNames.length > 0) return someOf(dnsNames.map(quoted));
  return commonNames.length === 0
    ? 'no DNS name'
    : `no DNS name (its common name is "${someOf(commonNames.map(quoted))}")`;
}

/** A journal from before the issuer was stated says nothing of it. */
function issuerText({ selfIssued, issuerNames }: CertificateFacts): string {
  if (selfIssued === 'yes') return 'issued by itself, ';
  return issuerNames.length === 0 ? '' : `issued by "${quoted(issuerNames.join(', '))}", `;
}

/** How the chain fared against the TLSA records. */
export function daneText(evidence: Evidence): string {
  const { host } = evidence;
  if (host?.peer?.dane == null) return `nobody asked that ${hostIn(evidence)} match a TLSA record`;
  const match = host.peer.dane;
  const records = host.tlsa.kind === 'present' ? host.tlsa.records : [];
  if (match.kind === 'matched') {
    const record = records[match.record];
    const which = record === undefined ? 'a TLSA record' : `the record ${quoted(presentRecord(record))}`;
    return `${which} at ${tlsaNameIn(evidence)} matches: ${certificateText(evidence)}`;
  }
  const usable = records.filter(isUsable);
  const published = `at ${tlsaNameIn(evidence)} ${usable.length > 1 ? 'stand' : 'stands'} ${usable.length === 0 ? 'nothing that could be matched' : recordsText(usable)}`;
  const fault = {
    mismatch: usable.length > 1 ? 'which matches none of them' : 'which does not match it',
    'name-mismatch': `which leads to the anchor, but has none of the names ${someOf(host.plan?.references ?? [])}`,
    expired: 'which leads to the anchor, but is out of its dates',
    unfit:
      'which leads to the anchor, but by a weak key or signature, or with a key that is used for what its certificate does not allow',
    unfinished:
      'behind which so much is presented that not all of it was looked at; nothing that was leads to the anchor',
    unreadable: 'which matches nothing',
  }[match.kind];
  return `${published}; ${certificateText(evidence)}, ${fault}`;
}

/** How the certificate fared against the trust store. */
export function pkixText(evidence: Evidence): string {
  const { host } = evidence;
  const { pkix = null, pkixCode = '' } = host?.peer ?? {};
  // Where it was held against TLSA records, it is told there.
  const isTold = (evidence.input.dane ?? 'not-demanded') !== 'not-demanded' && host?.peerFacts !== null;
  const certificate = isTold ? 'that certificate' : `${certificateText(evidence)}, which`;
  const code = pkixCode === '' ? '' : ` (${pkixCode})`;
  switch (pkix) {
    case null:
      return `nobody asked for a certificate of ${hostIn(evidence)} that a trusted CA vouches for`;
    case 'passed':
      return `${certificate} leads to a CA that is trusted here and is for ${certificateNamesIn(evidence)}`;
    case 'expired':
      return `${certificate} has ${leafDates(evidence) === 'over' ? '' : 'a path on which something has '}expired${code}`;
    case 'not-trusted':
      return `${certificate} ${untrustedText(pkixCode, leafDates(evidence))}${code}`;
    case 'name-mismatch':
      return `${certificate} is not for ${certificateNamesIn(evidence)}`;
    case 'unreadable':
      return certificateText(evidence);
  }
}

type LeafDates = 'to-come' | 'running' | 'over';

/** Whether it is the certificate itself, and not one further on, that is out of its dates. */
function leafDates(evidence: Evidence): LeafDates {
  const facts = evidence.host?.peerFacts ?? null;
  if (facts?.kind !== 'presented') return 'running';
  const now = nowIn(evidence);
  const [{ notBefore, notAfter }] = facts.chain;
  return notAfter < now ? 'over' : now < notBefore ? 'to-come' : 'running';
}

/** What is wrong with the way to the trust store, by the verifier's code. */
function untrustedText(code: string, dates: LeafDates): string {
  switch (code) {
    case 'CERT_NOT_YET_VALID':
      return dates === 'to-come' ? 'is not valid yet' : 'has a path on which something is not valid yet';
    case 'CERT_REVOKED':
      return 'has a path on which something has been revoked';
    case 'EE_KEY_TOO_SMALL':
    case 'CA_KEY_TOO_SMALL':
    case 'CA_MD_TOO_WEAK':
      return 'has a path on which a key or a signature is too weak';
    default:
      return 'leads to no CA that is trusted here';
  }
}

/** The names that the certificate is held to. */
function certificateNamesIn(evidence: Evidence): string {
  const demanded = evidence.host?.plan?.certificateNames ?? [];
  const names = demanded.length === 0 ? [[hostIn(evidence)]] : demanded;
  return names.map((some) => some.join(' or ')).join(' and also for ');
}

/** The command that a reply of that stage answers. */
export const COMMANDS: Readonly<Record<Stage, string>> = {
  greeting: 'the connection',
  ehlo: 'EHLO',
  hello: 'EHLO or HELO',
  mail: 'MAIL',
  rcpt: 'RCPT',
  data: 'DATA',
  end: 'the end of the message',
};

/** What was answered at that stage; null: nothing. */
export function replyAt(stage: Stage, { host, recipient }: Evidence): Reply | null {
  if (host === null) return null;
  const { connection, hello, transaction } = host;
  switch (stage) {
    case 'greeting':
      return connection?.kind === 'greeted' ? connection.reply : null;
    case 'ehlo':
    case 'hello':
      return hello?.kind === 'replied' ? hello.reply : null;
    case 'mail':
      return transaction?.mail ?? null;
    case 'rcpt':
      return transaction?.recipients[recipient] ?? null;
    case 'data':
      return transaction?.data ?? null;
    case 'end':
      return transaction?.end ?? null;
  }
}

/** Why no reply came at that stage. */
export function lossAt(stage: Stage, { host }: Evidence): string {
  const loss = host === null ? null : lostAt(stage, host);
  return loss === null ? 'the connection gave no reply' : lossText(loss);
}

function lossText({ cause, said }: LossHeard): string {
  return said === undefined ? lossInWords(cause) : `${lossInWords(cause)}; heard was "${quoted(said)}"`;
}

type LossHeard = Pick<Lost, 'cause' | 'said'>;

function lostAt(stage: Stage, { connection, hello, transaction }: HostEvidence): LossHeard | null {
  if (stage === 'greeting') return connection?.kind === 'lost' ? connection : null;
  if (stage === 'ehlo' || stage === 'hello') return hello?.kind === 'lost' ? hello : null;
  if (transaction === null) return null;
  const { lost, said } = transaction;
  // A stop of ours is decided by a table of its own.
  return lost === null || lost === 'aborted' ? null : { cause: lost, ...(said !== undefined && { said }) };
}

/** How STARTTLS and the handshake went. */
export function tlsStartText(evidence: Evidence): string {
  const { host } = evidence;
  const place = placeIn(evidence);
  const { startTls = null, handshake = null, hello = null } = host ?? {};
  if (startTls?.kind === 'injected') {
    return `behind the reply ${replyText(startTls.reply)} to STARTTLS, ${place} sent octets in clear that nobody asked for`;
  }
  if (startTls?.kind === 'replied' && startTls.reply.code !== 220) {
    return `${place} answered STARTTLS with ${replyText(startTls.reply)}`;
  }
  if (startTls?.kind === 'lost') return `${place} gave no reply to STARTTLS: ${lossText(startTls)}`;
  if (handshake?.kind === 'failed') {
    const code = handshake.code === '' ? handshake.cause : `${handshake.cause}, ${quoted(handshake.code)}`;
    return `the TLS handshake with ${place} failed (${code})`;
  }
  if (hello?.kind === 'lost' && hello.cause === 'tls-alert') {
    return `${place} ended TLS with an alert right behind the handshake`;
  }
  const tls = host?.tls ?? null;
  return `${place} speaks TLS${tls === null ? '' : ` (${tls.protocol}, ${tls.cipher})`}`;
}

/** What an EHLO reply offers. */
export function keywordText(keyword: string, evidence: Evidence): string {
  const { host } = evidence;
  const offer = host?.keywords.get(keyword);
  const all = [...(host?.keywords.keys() ?? [])];
  const said =
    host?.hello?.kind === 'replied'
      ? ` to ${host.tls === null ? 'the hello in clear' : 'EHLO under TLS'}`
      : '';
  if (offer === undefined)
    return `the reply of ${placeIn(evidence)}${said} does not offer ${keyword}; it offers ${all.length === 0 ? 'nothing' : someOf(all.map(quoted))}`;
  return `the reply of ${placeIn(evidence)}${said} offers ${`${keyword} ${quoted(offer)}`.trim()}`;
}
