/*
 * What a well-kept server would answer to a question that nobody was asked. It is always said that this was taken for
 * granted. The digests and the address are nobody's: they only have to agree with themselves.
 */
import type { CertificateFacts, PeerFacts } from '../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import { recordsToMatch, type UsableRecord } from '../../policy/dane/usability.js';
import type { DnsAnswer } from '../../policy/dns/answer.js';
import { AUTH_MECHANISMS } from '../../policy/relay/transport.js';
import type { Reply } from '../../policy/smtp/reply.js';
import type { AnswerOf, AskOf } from '../catalog.js';
import type { WorldAnswer, WorldAsk } from './edit.js';

/** Any address that may be dialled: public, and next to the range of RFC 5737. */
const SOME_ADDRESS = '203.0.114.1';
const TTL_SECONDS = 300;
const DAY_MS = 86_400_000;

export function found<R>(kind: 'secure' | 'insecure', records: readonly R[]): DnsAnswer<R> {
  return { kind, records, denial: null, aliases: [], ttlSeconds: TTL_SECONDS };
}

export function denied(kind: 'secure' | 'insecure'): DnsAnswer<never> {
  return { kind, records: [], denial: 'nodata', aliases: [], ttlSeconds: 0 };
}

export const someAddresses = (kind: 'secure' | 'insecure'): AnswerOf<'dns.addresses'> => ({
  a: found(kind, [SOME_ADDRESS]),
  aaaa: denied(kind),
});

export function reply(code: number, ...lines: readonly string[]): Reply {
  return { code, lines: lines.length === 0 ? ['ok'] : lines };
}

export const KEYWORDS = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES'] as const;

/** The AUTH keyword of a relay that knows every mechanism. */
const AUTH_KEYWORD = `AUTH ${AUTH_MECHANISMS.join(' ').toUpperCase()}`;

/** EHLO as a well-kept server answers it. */
export function helloReply(phase: 'clear' | 'tls'): Reply {
  return reply(
    250,
    'hello',
    ...KEYWORDS,
    ...(phase === 'clear' ? ['STARTTLS'] : ['REQUIRETLS', AUTH_KEYWORD]),
  );
}

function takenBy(recipients: readonly string[]): AnswerOf<'smtp.send'> {
  return {
    mail: reply(250),
    recipients: recipients.map(() => reply(250)),
    data: reply(354),
    end: reply(250),
    lost: null,
  };
}

/** What stands around a question. */
export interface Around {
  readonly host: string | null;
  readonly phase: 'clear' | 'tls';
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly names: readonly string[];
  readonly mxHosts: readonly string[];
}

export function wellKept(ask: WorldAsk, around: Around): WorldAnswer {
  switch (ask.type) {
    case 'dns.mx':
    case 'dns.txt':
    case 'dns.cname':
      return denied('insecure');
    case 'dns.tlsa':
      return denied('secure');
    case 'dns.addresses':
      return someAddresses('insecure');
    case 'random.draw':
      return { values: Array.from({ length: ask.count }, () => 0) };
    case 'policy-cache.read':
      return { kind: 'read', cached: null, failure: null };
    case 'policy-cache.write':
      return { kind: 'written' };
    case 'policy.fetch':
      return servedPolicy(policyBody('enforce', around.mxHosts, DAY_MS / 1000));
    case 'smtp.connect':
      return ask.greeting === 'under-tls'
        ? { kind: 'connected', localAddress: '0.0.0.0', address: ask.address }
        : { kind: 'greeted', reply: reply(220), localAddress: '0.0.0.0', address: ask.address };
    case 'smtp.greeting':
      return { kind: 'replied', reply: reply(220) };
    case 'smtp.auth':
      return { kind: 'replied', reply: reply(235), proof: 'shown' };
    case 'smtp.hello':
      return { kind: 'replied', reply: ask.verb === 'HELO' ? reply(250) : helloReply(around.phase) };
    case 'smtp.starttls':
      return { kind: 'replied', reply: reply(220) };
    case 'tls.handshake':
      return { kind: 'established', protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
    case 'peer.inspect':
      return matching(validPeer(null, around.names, around.now), ask.tlsa, around);
    case 'smtp.send':
      return takenBy(ask.recipients);
    case 'smtp.quit':
      return { kind: 'closed' };
  }
}

export function policyBody(mode: string, mx: readonly string[], maxAgeSeconds: number): string {
  const lines = ['version: STSv1', `mode: ${mode}`, ...mx.map((name) => `mx: ${name}`)];
  return [...lines, `max_age: ${maxAgeSeconds}`, ''].join('\n');
}

export function servedPolicy(body: string): AnswerOf<'policy.fetch'> {
  return { kind: 'response', status: 200, mediaType: 'text/plain', body };
}

/** What is presented with another certificate of the same key: of a trusted CA, in its dates, and for those names besides. */
export function validPeer(before: PeerFacts | null, names: readonly string[], now: number): PeerFacts {
  const chain = before?.kind === 'presented' ? before.chain : null;
  const leaf = chain?.[0] ?? LEAF;
  const isRenewed =
    names.some((name) => !leaf.dnsNames.includes(name)) || leaf.notAfter < now || leaf.selfIssued === 'yes';
  const own: CertificateFacts = {
    ...LEAF,
    spkiSha256: leaf.spkiSha256,
    spkiSha512: leaf.spkiSha512,
    certificateSha256: isRenewed ? LEAF.certificateSha256 : leaf.certificateSha256,
    certificateSha512: isRenewed ? LEAF.certificateSha512 : leaf.certificateSha512,
    dnsNames: [...new Set([...leaf.dnsNames, ...names])],
    notBefore: now - DAY_MS,
    notAfter: now + 90 * DAY_MS,
  };
  const rest = before?.kind === 'presented' ? before : PRESENTED;
  return {
    ...rest,
    chain: [own, ...(chain ?? []).slice(1)],
    leafKeyUse: 'signature',
    path: { kind: 'trusted' },
  };
}

/** What is presented with the key or certificate that those TLSA records describe, and for the names of the host. */
export function matching(
  before: PeerFacts,
  tlsa: AskOf<'peer.inspect'>['tlsa'],
  { names, now }: Pick<Around, 'names' | 'now'>,
): PeerFacts {
  const usable = recordsToMatch(tlsa);
  const endEntity = usable.find(({ usage }) => usage === 'dane-ee');
  const anchor = usable.find(({ usage }) => usage === 'dane-ta');
  const presented = before.kind === 'presented' ? before : PRESENTED;
  if (endEntity !== undefined) {
    const [leaf, ...above] = presented.chain;
    return { ...presented, chain: [{ ...leaf, ...digestsOf(endEntity) }, ...above] };
  }
  if (anchor === undefined) return before;
  const [leaf] = presented.chain;
  const own: CertificateFacts = {
    ...LEAF,
    ...{ spkiSha256: leaf.spkiSha256, spkiSha512: leaf.spkiSha512 },
    dnsNames: [...new Set([...leaf.dnsNames, ...names])],
    ...{ notBefore: now - DAY_MS, notAfter: now + 90 * DAY_MS },
  };
  return {
    ...presented,
    chain: [own, { ...ANCHOR, notBefore: now - DAY_MS, notAfter: now + 90 * DAY_MS, ...digestsOf(anchor) }],
    signatures: [0, 1].map((subject) => ({ subject, key: { from: 'chain', index: 1 } })),
    looked: 'whole',
    leafKeyUse: 'signature',
  };
}

function digestsOf({ selector, matching: type, digest }: UsableRecord): Partial<CertificateFacts> {
  const isKey = selector === 'public-key';
  if (type === 'sha-512') return isKey ? { spkiSha512: digest } : { certificateSha512: digest };
  return isKey ? { spkiSha256: digest } : { certificateSha256: digest };
}

/** A 3 1 1 record of a certificate. */
export function keyRecord({ spkiSha256 }: Pick<CertificateFacts, 'spkiSha256'>): TlsaRecord {
  return {
    kind: 'tlsa',
    usage: 3,
    selector: 1,
    matching: 1,
    data: spkiSha256,
    content: 'opaque',
    digest: null,
  };
}

const LEAF: CertificateFacts = {
  ...{ certificateSha256: '0'.repeat(64), certificateSha512: '0'.repeat(128) },
  ...{ spkiSha256: '0'.repeat(64), spkiSha512: '0'.repeat(128) },
  ...{ dnsNames: [], ipAddresses: [], otherNames: [], directoryNames: [], commonNames: [], issuerNames: [] },
  ...{ notBefore: 0, notAfter: 0, ca: 'no', pathLength: null, certSign: 'no' },
  ...{ digitalSignature: 'yes', keyEncipherment: 'no', serverAuth: 'yes' },
  nameConstraints: { kind: 'absent' },
  criticalExtensions: 'known',
  key: { kind: 'ec', fieldBits: 256 },
  signatureDigest: 'sha-2',
  selfIssued: 'no',
};

const ANCHOR: CertificateFacts = {
  ...LEAF,
  ...{ certificateSha256: '1'.repeat(64), certificateSha512: '1'.repeat(128) },
  ...{ spkiSha256: '1'.repeat(64), spkiSha512: '1'.repeat(128) },
  ...{ ca: 'yes', certSign: 'yes', digitalSignature: 'no', serverAuth: 'absent', selfIssued: 'yes' },
};

const PRESENTED: Extract<PeerFacts, { kind: 'presented' }> = {
  kind: 'presented',
  chain: [LEAF],
  ...{ anchors: [], recordKeys: [], signatures: [], looked: 'whole', leafKeyUse: 'signature' },
  path: { kind: 'trusted' },
};
