/*
 * Facts of DNS, MTA-STS, SMTP and certificates as they stand in a journal. A journal shows what happened, so these
 * codecs ask for the closed words and for the kinds of the other values, and not whether a value is a likely one.
 */
import type {
  CertificateFacts,
  DirectoryName,
  KeyFacts,
  KeySource,
  PeerFacts,
  SignatureFact,
  TrustPath,
} from '../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import type { DnsAnswer, DnsFailure, DnsResult, MxRecord } from '../../policy/dns/answer.js';
import type { CacheAnswer, FetchResult } from '../../policy/mta-sts/fetch.js';
import type { CachedPolicy, FetchFailure, StsKnowledge, StsPolicy } from '../../policy/mta-sts/policy.js';
import { policyCache } from '../../policy/mta-sts/policy-cache.table.js';
import type { AnnouncedRecord, PolicyFindings } from '../../policy/mta-sts/policy-findings.js';
import type { Candidate, Destination } from '../../policy/mx/candidate.js';
import { LOST_CAUSES, type Lost, type LostCause, type Reply } from '../../policy/smtp/reply.js';
import { strictObject, tagged, withDefaults } from './strict-object.js';
import {
  type Codec,
  Finite,
  filledListOf,
  Line,
  listOf,
  oneOf,
  orNull,
  Text,
  Texts,
  YesNo,
} from './values.js';

const DnsFailureCodec = strictObject<DnsFailure>('a failed lookup', {
  kind: oneOf('failed'),
  cause: oneOf('bogus', 'servfail', 'refused', 'timeout', 'malformed', 'unreachable'),
  extendedError: orNull(Finite),
});

export function dnsAnswer<R>(record: Codec<R>): Codec<DnsAnswer<R>> {
  const result = strictObject<DnsResult<R>>('a DNS answer', {
    kind: oneOf('secure', 'insecure'),
    records: listOf('a list of records', record),
    denial: orNull(oneOf('nodata', 'nxdomain')),
    aliases: Texts,
    ttlSeconds: Finite,
  });
  return tagged<DnsAnswer<R>, 'kind'>('a DNS answer', 'kind', {
    secure: result,
    insecure: result,
    failed: DnsFailureCodec,
  });
}

export const MxRecordCodec = strictObject<MxRecord>('an MX record', { preference: Finite, exchange: Text });

export const TlsaRecordCodec = tagged<TlsaRecord, 'kind'>('a TLSA record', 'kind', {
  tlsa: strictObject<Extract<TlsaRecord, { kind: 'tlsa' }>>('a TLSA record', {
    kind: oneOf('tlsa'),
    usage: Finite,
    selector: Finite,
    matching: Finite,
    data: Text,
    content: oneOf('certificate', 'public-key', 'opaque'),
    digest: orNull(Text),
  }),
  malformed: strictObject<Extract<TlsaRecord, { kind: 'malformed' }>>('a malformed TLSA record', {
    kind: oneOf('malformed'),
    rdata: Text,
  }),
});

const StsPolicyCodec = strictObject<StsPolicy>('an MTA-STS policy', {
  mode: oneOf('enforce', 'testing', 'none'),
  mx: Texts,
  maxAgeSeconds: Finite,
  lines: Texts,
});

export const CachedPolicyCodec = strictObject<CachedPolicy>('a cached policy', {
  id: Text,
  policy: StsPolicyCodec,
  fetchedAt: Finite,
});

export const FetchFailureCodec = strictObject<FetchFailure>('a failed fetch', { id: Text, failedAt: Finite });

export const CacheCodec = tagged<CacheAnswer, 'kind'>('what the cache holds', 'kind', {
  read: strictObject<Extract<CacheAnswer, { kind: 'read' }>>('what the cache holds', {
    kind: oneOf('read'),
    cached: orNull(CachedPolicyCodec),
    failure: orNull(FetchFailureCodec),
  }),
  unreadable: strictObject<Extract<CacheAnswer, { kind: 'unreadable' }>>(
    'an unreadable cache',
    { kind: oneOf('unreadable'), why: Text },
    ['kind'],
  ),
});

const FetchResultCodec = tagged<FetchResult, 'kind'>('a judged fetch', 'kind', {
  policy: strictObject<Extract<FetchResult, { kind: 'policy' }>>('a fetched policy', {
    kind: oneOf('policy'),
    policy: StsPolicyCodec,
  }),
  failed: strictObject<Extract<FetchResult, { kind: 'failed' }>>('a failed fetch', {
    kind: oneOf('failed'),
    failure: oneOf('policy-fetch-failed', 'policy-invalid', 'policy-host-certificate'),
    reason: Text,
  }),
});

const KnowledgeCodec = tagged<StsKnowledge, 'kind'>('what is known of a policy', 'kind', {
  policy: strictObject<Extract<StsKnowledge, { kind: 'policy' }>>('a known policy', {
    kind: oneOf('policy'),
    policy: StsPolicyCodec,
    freshness: oneOf('fresh', 'stale'),
  }),
  none: strictObject<Extract<StsKnowledge, { kind: 'none' }>>('no policy', { kind: oneOf('none') }),
  unknown: strictObject<Extract<StsKnowledge, { kind: 'unknown' }>>('an unknown policy', {
    kind: oneOf('unknown'),
  }),
});

const RecordCodec = tagged<AnnouncedRecord, 'kind'>('an announcement', 'kind', {
  found: strictObject<Extract<AnnouncedRecord, { kind: 'found' }>>('an announcement', {
    kind: oneOf('found'),
    id: Text,
  }),
  absent: strictObject<Extract<AnnouncedRecord, { kind: 'absent' }>>('no announcement', {
    kind: oneOf('absent'),
  }),
  invalid: strictObject<Extract<AnnouncedRecord, { kind: 'invalid' }>>('an invalid announcement', {
    kind: oneOf('invalid'),
    reason: oneOf('several-records', 'syntax', 'blank-at-the-end', 'no-id', 'bad-id'),
  }),
  failed: strictObject<Extract<AnnouncedRecord, { kind: 'failed' }>>('an unknown announcement', {
    kind: oneOf('failed'),
  }),
});

export const PolicyFindingsCodec = strictObject<PolicyFindings>('what was found of a policy', {
  domain: Text,
  verdict: oneOf(...policyCache.verdicts),
  known: KnowledgeCodec,
  record: RecordCodec,
  fetched: orNull(FetchResultCodec),
  before: CacheCodec,
  after: CacheCodec,
});

export const DestinationCodec = tagged<Destination, 'kind'>('a destination', 'kind', {
  domain: strictObject<Extract<Destination, { kind: 'domain' }>>('a domain', {
    kind: oneOf('domain'),
    name: Line,
  }),
  literal: strictObject<Extract<Destination, { kind: 'literal' }>>('an address literal', {
    kind: oneOf('literal'),
    address: Line,
  }),
});

const NamedByDnsCodec = strictObject<Exclude<Candidate, { source: 'relay' }>>('a candidate', {
  host: Line,
  source: oneOf('mx', 'implicit', 'literal'),
  preference: Finite,
});

export const CandidateCodec: Codec<Candidate> = tagged<Candidate, 'source'>('a candidate', 'source', {
  mx: NamedByDnsCodec,
  implicit: NamedByDnsCodec,
  literal: NamedByDnsCodec,
  relay: strictObject<Extract<Candidate, { source: 'relay' }>>('a relay', {
    host: Line,
    source: oneOf('relay'),
    preference: Finite,
    port: Finite,
  }),
});

export const ReplyCodec = strictObject<Reply>(
  'a reply',
  { code: Finite, lines: Texts, codes: listOf('a list of codes', Finite) },
  ['code', 'lines'],
);

export const LostCauseCodec: Codec<LostCause> = oneOf(...LOST_CAUSES);

export const LostCodec = strictObject<Lost>(
  'a lost connection',
  { kind: oneOf('lost'), cause: LostCauseCodec, said: Text },
  ['kind', 'cause'],
);

const YesNoAbsent = oneOf('yes', 'no', 'absent');

const NameForms = listOf('a list of forms of names', oneOf('ip', 'email', 'uri', 'directory', 'other'));

const DirectoryNames = listOf<DirectoryName>('a list of directory names', Texts);

const KeyFactsCodec = tagged<KeyFacts, 'kind'>('a public key', 'kind', {
  rsa: strictObject<Extract<KeyFacts, { kind: 'rsa' }>>('an RSA key', {
    kind: oneOf('rsa'),
    modulusBits: Finite,
    exponentBits: Finite,
    exponentParity: oneOf('odd', 'even'),
  }),
  ec: strictObject<Extract<KeyFacts, { kind: 'ec' }>>('an EC key', {
    kind: oneOf('ec'),
    fieldBits: orNull(Finite),
  }),
  fixed: strictObject<Extract<KeyFacts, { kind: 'fixed' }>>('a key', { kind: oneOf('fixed') }),
  other: strictObject<Extract<KeyFacts, { kind: 'other' }>>('a key', { kind: oneOf('other') }),
  unstated: strictObject<Extract<KeyFacts, { kind: 'unstated' }>>('a key', { kind: oneOf('unstated') }),
});

type NameConstraints = CertificateFacts['nameConstraints'];
const NameConstraintsCodec = tagged<NameConstraints, 'kind'>('name constraints', 'kind', {
  absent: strictObject<Extract<NameConstraints, { kind: 'absent' }>>('absent constraints', {
    kind: oneOf('absent'),
  }),
  dns: withDefaults(
    strictObject<Extract<NameConstraints, { kind: 'dns' }>>('name constraints', {
      kind: oneOf('dns'),
      permitted: Texts,
      excluded: Texts,
      permittedDirectories: DirectoryNames,
      excludedDirectories: DirectoryNames,
      otherForms: NameForms,
    }),
    { permittedDirectories: [], excludedDirectories: [], otherForms: [] },
  ),
  unsupported: strictObject<Extract<NameConstraints, { kind: 'unsupported' }>>('unsupported constraints', {
    kind: oneOf('unsupported'),
  }),
});

const WholeCertificateCodec = strictObject<CertificateFacts>('a certificate', {
  certificateSha256: Text,
  certificateSha512: Text,
  spkiSha256: Text,
  spkiSha512: Text,
  dnsNames: Texts,
  ipAddresses: Texts,
  otherNames: NameForms,
  directoryNames: DirectoryNames,
  commonNames: Texts,
  issuerNames: Texts,
  notBefore: Finite,
  notAfter: Finite,
  ca: YesNoAbsent,
  pathLength: orNull(Finite),
  certSign: YesNoAbsent,
  digitalSignature: YesNoAbsent,
  keyEncipherment: YesNoAbsent,
  serverAuth: YesNoAbsent,
  nameConstraints: NameConstraintsCodec,
  criticalExtensions: oneOf('known', 'unknown'),
  key: KeyFactsCodec,
  signatureDigest: oneOf('md5', 'sha-1', 'sha-2', 'sha-3', 'built-in', 'other', 'unstated'),
  selfIssued: YesNo,
});

const CertificateCodec = withDefaults(WholeCertificateCodec, {
  ipAddresses: [],
  otherNames: [],
  directoryNames: [],
  issuerNames: [],
  digitalSignature: 'absent',
  keyEncipherment: 'absent',
  criticalExtensions: 'known',
  key: { kind: 'unstated' },
  signatureDigest: 'unstated',
});

const KeyCodec = tagged<KeySource, 'from'>('a key', 'from', {
  chain: strictObject<Extract<KeySource, { from: 'chain' }>>('a key', {
    from: oneOf('chain'),
    index: Finite,
  }),
  tlsa: strictObject<Extract<KeySource, { from: 'tlsa' }>>('a key', { from: oneOf('tlsa'), index: Finite }),
});

const SignatureCodec = strictObject<SignatureFact>('a signature', { subject: Finite, key: KeyCodec });

const TrustPathCodec = tagged<TrustPath, 'kind'>('a trust path', 'kind', {
  trusted: strictObject<Extract<TrustPath, { kind: 'trusted' }>>('a trusted path', {
    kind: oneOf('trusted'),
  }),
  untrusted: strictObject<Extract<TrustPath, { kind: 'untrusted' }>>('an untrusted path', {
    kind: oneOf('untrusted'),
    cause: oneOf('expired', 'not-yet-valid', 'self-signed', 'unknown-issuer', 'revoked', 'other'),
    code: Text,
  }),
});

export const PeerFactsCodec = tagged<PeerFacts, 'kind'>('what the peer presented', 'kind', {
  presented: withDefaults(
    strictObject<Extract<PeerFacts, { kind: 'presented' }>>('presented certificates', {
      kind: oneOf('presented'),
      chain: filledListOf('a list of at least one certificate', CertificateCodec),
      anchors: listOf('a list of certificates', orNull(CertificateCodec)),
      recordKeys: listOf('a list of keys', orNull(KeyFactsCodec)),
      signatures: listOf('a list of signatures', SignatureCodec),
      looked: oneOf('whole', 'in-part'),
      leafKeyUse: oneOf('signature', 'encipherment'),
      path: TrustPathCodec,
    }),
    { recordKeys: [], looked: 'whole', leafKeyUse: 'signature' },
  ),
  unreadable: strictObject<Extract<PeerFacts, { kind: 'unreadable' }>>('an unreadable certificate', {
    kind: oneOf('unreadable'),
    code: Text,
  }),
});
