import { PLAIN, SHOWN } from '../certificate/facts.fixture.js';
import type { CertificateFacts, PeerFacts } from '../certificate/facts.js';
import type { TlsaAnswer, TlsaRecord } from '../dane/tlsa.js';
import type { DnsAnswer, DnsFailure, DnsFailureCause } from '../dns/answer.js';
import type { FetchAnswer } from '../mta-sts/fetch.js';
import type { DomainFacts, HostFacts, Visit } from './facts.js';

export const DAY_MS = 86_400_000;
/** 2026-06-01. */
export const NOW = Date.UTC(2026, 5, 1);

export const hex = (octet: string, octets = 32): string => octet.repeat(octets);

export function answer<R>(
  records: readonly R[],
  more: Partial<{
    kind: 'secure' | 'insecure';
    aliases: readonly string[];
    ttlSeconds: number;
    denial: 'nodata' | 'nxdomain';
  }> = {},
): DnsAnswer<R> {
  const denial = records.length > 0 ? null : (more.denial ?? 'nodata');
  return { kind: 'secure', aliases: [], ttlSeconds: 3600, ...more, records, denial };
}

export function failure(cause: DnsFailureCause, extendedError: number | null = null): DnsFailure {
  return { kind: 'failed', cause, extendedError };
}

/** A leaf for the usual host: its key has a digest of `a1`, the certificate one of `c1`, over and over. */
export function certificate(more: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    ...PLAIN,
    certificateSha256: hex('c1'),
    certificateSha512: hex('c1', 64),
    spkiSha256: hex('a1'),
    spkiSha512: hex('a1', 64),
    dnsNames: ['mx.a.example'],
    notBefore: NOW - 30 * DAY_MS,
    notAfter: NOW + 60 * DAY_MS,
    ca: 'no',
    serverAuth: 'yes',
    ...more,
  };
}

/** The issuer of every leaf here. */
export const ISSUER = certificate({
  certificateSha256: hex('c9'),
  spkiSha256: hex('a9'),
  dnsNames: [],
  ca: 'yes',
  certSign: 'yes',
  serverAuth: 'absent',
});

type Presented = Extract<PeerFacts, { kind: 'presented' }>;

export function peer(leaf: CertificateFacts = certificate(), more: Partial<Presented> = {}): Presented {
  return {
    kind: 'presented',
    ...SHOWN,
    chain: [leaf, ISSUER],
    signatures: [{ subject: 0, key: { from: 'chain', index: 1 } }],
    ...more,
  };
}

export function secured(more: Partial<Extract<Visit, { kind: 'secured' }>> = {}): Visit {
  return {
    kind: 'secured',
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    peer: peer(),
    requireTls: 'offered',
    ...more,
  };
}

export function tlsa(text: string): TlsaRecord {
  const [usage, selector, matching, data] = text.split(' ');
  return {
    kind: 'tlsa',
    usage: Number(usage),
    selector: Number(selector),
    matching: Number(matching),
    data: data!,
    content: 'opaque',
    digest: null,
  };
}

/** The record of the usual key. */
export const USUAL_TLSA = tlsa(`3 1 1 ${hex('a1')}`);

export function tlsaAt(
  host: string,
  records: readonly (TlsaRecord | string)[],
  more: Parameters<typeof answer>[1] = {},
): HostFacts['tlsa'] {
  const read = records.map((record) => (typeof record === 'string' ? tlsa(record) : record));
  return [{ baseDomain: host, answer: answer(read, more) as TlsaAnswer }];
}

export const FOUR = '192.0.2.1';
export const SIX = '2001:db8::1';

export function host(more: Partial<HostFacts> = {}): HostFacts {
  const name = more.host ?? 'mx.a.example';
  return {
    host: name,
    source: 'mx',
    addresses: { a: answer([FOUR]), aaaa: answer([SIX]) },
    alias: null,
    tlsa: tlsaAt(name, [USUAL_TLSA]),
    visits: [
      { address: SIX, visit: secured() },
      { address: FOUR, visit: secured() },
    ],
    probes: [
      { address: SIX, serverName: null, visit: secured() },
      { address: SIX, serverName: 'other.invalid', visit: secured() },
    ],
    ...more,
  };
}

/** Both addresses the same. */
export const visited = (visit: Visit): Pick<HostFacts, 'visits' | 'probes'> => ({
  visits: [
    { address: SIX, visit },
    { address: FOUR, visit },
  ],
  probes: [],
});

export const POLICY = 'version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 1209600\n';

export function served(body: string): FetchAnswer {
  return { kind: 'response', status: 200, mediaType: 'text/plain', body };
}

export function sts(more: Partial<DomainFacts['sts']> = {}): DomainFacts['sts'] {
  return {
    record: answer(['v=STSv1; id=7;']),
    policyHost: 'mta-sts.a.example',
    addresses: { a: answer([FOUR]), aaaa: answer<string>([]) },
    fetch: served(POLICY),
    ...more,
  };
}

export const NO_STS = sts({
  record: answer<string>([]),
  addresses: { a: answer<string>([]), aaaa: answer<string>([]) },
  fetch: null,
});

/** A domain in which everything is as it should be, with changes. */
export function domain(more: Partial<DomainFacts> = {}): DomainFacts {
  return {
    domain: 'a.example',
    port: 25,
    validation: 'believed',
    mx: answer([{ preference: 10, exchange: 'mx.a.example' }]),
    txt: null,
    hosts: [host()],
    hostsLeftOut: [],
    sts: sts(),
    tlsReport: answer(['v=TLSRPTv1; rua=mailto:tls@a.example']),
    ...more,
  };
}
