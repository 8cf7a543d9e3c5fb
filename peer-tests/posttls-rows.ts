/*
 * Configurations that Postfix's probe and we are both asked about. Every zone is signed unless a row says otherwise;
 * the domain is a.example, its mail host mx.a.example.
 */
import {
  daneDomain,
  mailHosts,
  NO_SHA256,
  NO_SHA512,
  plainDomain,
  SELF_SIGNED,
  SIGNED,
  tlsa,
  together,
  twoHosts,
} from '../spec/scenarios/worlds.js';
import type { MailHost, World } from '../src/adapters/scripted/index.js';
import type { Issued } from '../src/testing/pki.js';
import { type CertificateWish, keyPem, makeCertificate, makeKeys } from './certificates.js';

/**
 * How it ends for who asks: `verified` by DANE; `encrypted`, as the records demand, and unauthenticated; `unverified`: TLS
 * that nobody demanded; `clear`: no TLS, and nobody demanded it; `refused` for what the server showed; `unreachable`:
 * no server is connected to.
 */
export type Ending = 'verified' | 'encrypted' | 'unverified' | 'clear' | 'refused' | 'unreachable';

export interface Row {
  readonly name: string;
  readonly world: World;
  readonly expired?: readonly string[];
  /** More records in presentation form. */
  readonly records?: readonly string[];
  /** The certificate of the mail host, if it is a special one. */
  readonly issue?: (host: string) => Promise<Issued>;
  readonly ours: Ending;
  /** What Postfix's probe makes of it, where that is something else, and why. */
  readonly differs?: { readonly finger: Ending; readonly why: string };
}

const PRIVATE = { issuer: 'private-ca' } as const;
const MX = '@mx.a.example';
const CA = '@mx.a.example:ca';

const ee = (name: string, records: readonly string[], ours: Ending, host: MailHost = {}): Row => ({
  name,
  world: daneDomain(records, { certificate: SELF_SIGNED, ...host }),
  ours,
});
const ta = (name: string, records: readonly string[], ours: Ending, certificate = {}): Row => ({
  name,
  world: daneDomain(records, { certificate: { ...PRIVATE, ...certificate } }),
  ours,
});
const special = (
  name: string,
  records: readonly string[],
  ours: Ending,
  issue: (host: string) => Promise<Issued>,
): Row => ({ name, world: daneDomain(records), issue, ours });

interface Family {
  readonly root?: Partial<CertificateWish>;
  readonly intermediate?: Partial<CertificateWish>;
  readonly leaf?: Partial<CertificateWish>;
  /** Which certificates are sent behind the leaf, in order. */
  readonly sends?: readonly ('root' | 'intermediate')[];
  /** What ":ca" stands for. */
  readonly anchor?: 'root' | 'intermediate';
}

/** A leaf below an intermediate below a root, with faults. */
function family(faults: Family) {
  return async (host: string): Promise<Issued> => {
    const [root, intermediate, leaf] = await Promise.all([makeKeys(), makeKeys(), makeKeys()]);
    const authority = { ca: 'yes', certSign: 'yes' } as const;
    const rootWish = { subject: 'CN=Root', keys: root, ...authority, ...faults.root };
    const issuer = { subject: 'CN=Intermediate', keys: intermediate };
    const made = {
      root: await makeCertificate(rootWish),
      intermediate: await makeCertificate({
        ...issuer,
        ...authority,
        issuer: rootWish,
        ...faults.intermediate,
      }),
    };
    const ownLeaf = await makeCertificate({
      subject: 'O=Case',
      keys: leaf,
      issuer,
      ca: 'no',
      purpose: 'server',
      names: [host],
      ...faults.leaf,
    });
    const sent = [ownLeaf, ...(faults.sends ?? ['intermediate', 'root']).map((which) => made[which])];
    return {
      chainPem: sent.map(({ pem }) => pem).join('\n'),
      keyPem: await keyPem(leaf),
      leafDer: ownLeaf.der,
      anchorDer: made[faults.anchor ?? 'root'].der,
    };
  };
}

const endEntity: readonly Row[] = [
  ee('3 1 1 matches', [`3 1 1 ${MX}`], 'verified'),
  ee('3 1 2 matches', [`3 1 2 ${MX}`], 'verified'),
  ee('3 0 1 matches', [`3 0 1 ${MX}`], 'verified'),
  ee('3 0 2 matches', [`3 0 2 ${MX}`], 'verified'),
  ee('3 1 0 matches', [`3 1 0 ${MX}`], 'verified'),
  ee('3 0 0 matches', [`3 0 0 ${MX}`], 'verified'),
  ee('3 1 1 does not match', [`3 1 1 ${NO_SHA256}`], 'refused'),
  ee('3 1 2 does not match', [`3 1 2 ${NO_SHA512}`], 'refused'),
  ee('3 0 1 does not match', [`3 0 1 ${NO_SHA256}`], 'refused'),
  ta('3 1 0 with the key of the authority', [`3 1 0 ${CA}`], 'refused'),
  ta('3 0 0 with the certificate of the authority', [`3 0 0 ${CA}`], 'refused'),
  ee('3 1 1 matches, the name is another', [`3 1 1 ${MX}`], 'verified', {
    certificate: { ...SELF_SIGNED, names: ['other.example'] },
  }),
  ee('3 1 1 matches, expired', [`3 1 1 ${MX}`], 'verified', {
    certificate: { ...SELF_SIGNED, validity: 'expired' },
  }),
  ee('3 1 1 matches, not yet valid', [`3 1 1 ${MX}`], 'verified', {
    certificate: { ...SELF_SIGNED, validity: 'not-yet-valid' },
  }),
  ee('the second of two 3 1 1 matches', [`3 1 1 ${NO_SHA256}`, `3 1 1 ${MX}`], 'verified'),
];

const trustAnchor: readonly Row[] = [
  ta('2 0 1 matches', [`2 0 1 ${CA}`], 'verified'),
  ta('2 0 2 matches', [`2 0 2 ${CA}`], 'verified'),
  ta('2 1 1 matches', [`2 1 1 ${CA}`], 'verified'),
  ta('2 1 2 matches', [`2 1 2 ${CA}`], 'verified'),
  ta('2 0 1 does not match', [`2 0 1 ${NO_SHA256}`], 'refused'),
  ta('2 0 1 matches, the name is another', [`2 0 1 ${CA}`], 'refused', { names: ['other.example'] }),
  ta('2 0 1 matches, the name is the next hop', [`2 0 1 ${CA}`], 'verified', { names: ['a.example'] }),
  ta('2 0 1 matches, expired leaf', [`2 0 1 ${CA}`], 'refused', { validity: 'expired' }),
  ta('2 0 1 matches, leaf not yet valid', [`2 0 1 ${CA}`], 'refused', { validity: 'not-yet-valid' }),
  ta('2 0 1, the anchor is not sent', [`2 0 1 ${CA}`], 'refused', { sends: 'leaf-only' }),
  ta('2 0 0, the anchor is not sent', [`2 0 0 ${CA}`], 'verified', { sends: 'leaf-only' }),
  ta('2 1 0, the anchor is not sent', [`2 1 0 ${CA}`], 'verified', { sends: 'leaf-only' }),
  ta('a wildcard', [`2 0 1 ${CA}`], 'verified', { names: ['*.a.example'] }),
  {
    name: 'a wildcard for two labels',
    world: together(
      mailHosts({ 'mx.sub.a.example': { certificate: { ...PRIVATE, names: ['*.a.example'] } } }),
      SIGNED,
      tlsa(['2 0 1 @mx.sub.a.example:ca'], 'mx.sub.a.example'),
    ),
    ours: 'refused',
  },
  ta('a wildcard for the next hop, right below a top-level domain', [`2 0 1 ${CA}`], 'refused', {
    names: ['*.example'],
  }),
  ta('a common name only', [`2 0 1 ${CA}`], 'verified', { names: [], commonName: 'mx.a.example' }),
  ta('a common name beside another DNS name', [`2 0 1 ${CA}`], 'refused', {
    names: ['other.example'],
    commonName: 'mx.a.example',
  }),
  {
    ...ta('2 0 1 is the self-signed leaf', [`2 0 1 ${MX}`], 'verified', SELF_SIGNED),
    differs: {
      finger: 'refused',
      why: 'the anchor of usage 2 may be any certificate (RFC 6698, Appendix B.2); OpenSSL, which Postfix asks, looks above the leaf only',
    },
  },
  {
    ...ta('a partial wildcard', [`2 0 1 ${CA}`], 'refused', { names: ['m*.a.example'] }),
  },
  special(
    'intermediates out of order',
    [`2 0 1 ${CA}`],
    'verified',
    family({ sends: ['root', 'intermediate'] }),
  ),
  special('an intermediate is missing', [`2 0 1 ${CA}`], 'refused', family({ sends: ['root'] })),
  special(
    'the anchor is an intermediate',
    [`2 0 1 ${CA}`],
    'verified',
    family({ anchor: 'intermediate', sends: ['intermediate'] }),
  ),
  special(
    'the path is longer than the anchor allows',
    [`2 0 1 ${CA}`],
    'refused',
    family({ root: { pathLength: 0 } }),
  ),
  special('the intermediate is no CA', [`2 0 1 ${CA}`], 'refused', family({ intermediate: { ca: 'no' } })),
  special(
    'the intermediate may not sign',
    [`2 0 1 ${CA}`],
    'refused',
    family({ intermediate: { certSign: 'no' } }),
  ),
  special(
    'the intermediate has expired',
    [`2 0 1 ${CA}`],
    'refused',
    family({ intermediate: { days: [-400, -2] } }),
  ),
  special(
    'the anchor allows other names only',
    [`2 0 1 ${CA}`],
    'refused',
    family({ root: { constraints: { permitted: [{ dns: 'other.example' }] } } }),
  ),
  special('the leaf is for clients', [`2 0 1 ${CA}`], 'refused', family({ leaf: { purpose: 'client' } })),
  {
    ...special(
      '2 1 1, and the anchor has expired',
      [`2 1 1 ${CA}`],
      'verified',
      family({ root: { days: [-400, -2] } }),
    ),
    differs: {
      finger: 'refused',
      why: 'of an anchor that SPKI(1) names only the key is fixed (RFC 7671, Section 5.2.1); OpenSSL judges the certificate that is sent for it',
    },
  },
];

const unusable: readonly Row[] = [
  ee('usage 0 only', [`0 0 1 ${MX}`], 'encrypted'),
  ee('usage 1 only', [`1 1 1 ${MX}`], 'encrypted'),
  ee('usage 255 only', [`255 1 1 ${MX}`], 'encrypted'),
  ee('an unknown selector only', [`3 2 1 ${NO_SHA256}`], 'encrypted'),
  ee('an unknown matching type only', [`3 1 3 ${NO_SHA256}`], 'encrypted'),
  ee('a digest too short only', [`3 1 1 ${NO_SHA256.slice(2)}`], 'encrypted'),
  ee('a digest too long only', [`3 1 2 ${NO_SHA512}ab`], 'encrypted'),
  ee('unusable only, and no STARTTLS', [`1 1 1 ${MX}`], 'refused', { starttls: 'not-offered' }),
  ee('an unusable one beside one that matches', ['3 1 3 abcd', `3 1 1 ${MX}`], 'verified'),
  ee('an unusable one beside one that does not match', [`1 1 1 ${MX}`, `3 1 1 ${NO_SHA256}`], 'refused'),
];

const agility: readonly Row[] = [
  ee('SHA-512 does not match, SHA-256 would', [`3 1 2 ${NO_SHA512}`, `3 1 1 ${MX}`], 'refused'),
  ee('SHA-512 matches, SHA-256 would not', [`3 1 2 ${MX}`, `3 1 1 ${NO_SHA256}`], 'verified'),
  ee('SHA-512 is too short, SHA-256 matches', [`3 1 2 ${NO_SHA256}`, `3 1 1 ${MX}`], 'verified'),
  ee(
    'SHA-512 of another selector does not match, SHA-256 matches',
    [`3 0 2 ${NO_SHA512}`, `3 1 1 ${MX}`],
    'verified',
  ),
  ee('SHA-512 does not match, Full matches', [`3 1 2 ${NO_SHA512}`, `3 1 0 ${MX}`], 'verified'),
  ta('SHA-512 of the anchor does not match, SHA-256 would', [`2 0 2 ${NO_SHA512}`, `2 0 1 ${CA}`], 'refused'),
  ta('the leaf does not match, the anchor does', [`3 1 1 ${NO_SHA256}`, `2 0 1 ${CA}`], 'verified'),
];

const inDns: readonly Row[] = [
  {
    name: 'TLSA in an unsigned zone, mismatching',
    world: together(plainDomain(), tlsa([`3 1 1 ${NO_SHA256}`])),
    ours: 'unverified',
  },
  {
    name: 'TLSA bogus',
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'bogus' } } }),
    ours: 'unreachable',
  },
  {
    name: 'the name server for TLSA is down',
    world: together(plainDomain(), SIGNED, { dns: { 'TLSA mx.a.example': { fails: 'servfail' } } }),
    ours: 'unreachable',
  },
  {
    name: 'MX bogus',
    world: together(plainDomain(), SIGNED, { dns: { 'MX a.example': { fails: 'bogus' } } }),
    ours: 'unreachable',
  },
  {
    name: 'signatures of the domain have expired',
    world: daneDomain([`3 1 1 ${MX}`]),
    expired: ['a.example'],
    ours: 'unreachable',
  },
  { name: 'no TLSA: NXDOMAIN', world: together(plainDomain(), SIGNED), ours: 'unverified' },
  {
    name: 'no TLSA: NODATA',
    world: together(plainDomain(), SIGNED),
    records: ['_2525._tcp.mx.a.example. 300 IN TXT "not TLSA"'],
    ours: 'unverified',
  },
  {
    name: 'TLSA of another port only, mismatching',
    world: together(plainDomain(), SIGNED),
    records: [`_25._tcp.mx.a.example. 300 IN TLSA 3 1 1 ${NO_SHA256}`],
    ours: 'unverified',
  },
  {
    name: 'TLSA by a wildcard, mismatching',
    world: together(plainDomain(), SIGNED),
    records: [`*._tcp.mx.a.example. 300 IN TLSA 3 1 1 ${NO_SHA256}`],
    ours: 'refused',
  },
  {
    name: 'TLSA by an alias',
    world: together(plainDomain({ certificate: SELF_SIGNED }), SIGNED, {
      dns: {
        'CNAME _25._tcp.mx.a.example': ['_25._tcp.keys.a.example'],
        'TLSA keys.a.example': [`3 1 1 ${MX}`],
      },
    }),
    ours: 'verified',
  },
  {
    name: 'TLSA by an alias into an unsigned zone, mismatching',
    world: together(
      plainDomain(),
      { signedZones: ['a.example'] },
      {
        dns: {
          'CNAME _25._tcp.mx.a.example': ['_25._tcp.keys.b.example'],
          'TLSA keys.b.example': [`3 1 1 ${NO_SHA256}`],
        },
      },
    ),
    ours: 'unverified',
  },
  {
    name: 'the mail host is a secure alias',
    world: together(SIGNED, tlsa(['3 1 1 @mx.provider.test'], 'mx.provider.test'), {
      dns: {
        'MX a.example': ['10 mx.a.example'],
        'CNAME mx.a.example': ['mx.provider.test'],
        'A mx.provider.test': ['@mx.provider.test'],
      },
      mail: { 'mx.provider.test': { certificate: SELF_SIGNED } },
    }),
    ours: 'verified',
  },
  {
    name: 'the mail host is a secure alias into an unsigned zone, TLSA at its first name',
    world: together({ signedZones: ['a.example'] }, tlsa(['3 1 1 @mx.provider.test']), {
      dns: {
        'MX a.example': ['10 mx.a.example'],
        'CNAME mx.a.example': ['mx.provider.test'],
        'A mx.provider.test': ['@mx.provider.test'],
      },
      mail: { 'mx.provider.test': { certificate: SELF_SIGNED } },
    }),
    ours: 'verified',
  },
  {
    name: 'no MX records',
    world: together(SIGNED, tlsa(['3 1 1 @a.example'], 'a.example'), {
      dns: { 'A a.example': ['@a.example'] },
      mail: { 'a.example': { certificate: SELF_SIGNED } },
    }),
    ours: 'verified',
  },
  {
    name: 'insecure MX records, TLSA matches',
    world: together(
      mailHosts({ 'mx.provider.test': { certificate: SELF_SIGNED } }),
      { signedZones: ['provider.test'] },
      tlsa(['3 1 1 @mx.provider.test'], 'mx.provider.test'),
    ),
    ours: 'verified',
  },
  {
    name: 'insecure MX records, TLSA does not match',
    world: together(
      mailHosts({ 'mx.provider.test': {} }),
      { signedZones: ['provider.test'] },
      tlsa([`3 1 1 ${NO_SHA256}`], 'mx.provider.test'),
    ),
    ours: 'refused',
  },
  ee('TLSA, and no STARTTLS', [`3 1 1 ${MX}`], 'refused', { starttls: 'not-offered' }),
  ee('TLSA, and no TLS that works', [`3 1 1 ${MX}`], 'refused', { starttls: 'broken' }),
  ee('TLSA, and TLS 1.1 only', [`3 1 1 ${MX}`], 'refused', { starttls: 'old' }),
  {
    name: 'no TLSA, and no STARTTLS',
    world: together(plainDomain({ starttls: 'not-offered' }), SIGNED),
    ours: 'clear',
  },
  {
    name: 'the first host is not to be reached, the second matches',
    world: together(
      twoHosts({}, { certificate: SELF_SIGNED }),
      SIGNED,
      { dns: { 'TLSA mx1.a.example': { fails: 'bogus' } } },
      tlsa(['3 1 1 @mx2.a.example'], 'mx2.a.example'),
    ),
    ours: 'verified',
  },
  {
    name: 'a null MX record',
    world: { signedZones: ['.'], dns: { 'MX a.example': ['0 .'] } },
    ours: 'unreachable',
  },
];

/** What the rows are about, with the requirements that they show. */
export const groups: readonly (readonly [string, readonly Row[]])[] = [
  ['DANE-EE (DANE-3.1.1-1, DANE-3.1.1-2, DANE-3.2.1-1, DOPS-5.1-1, TLSA-2.1.3-1, TLSA-6-1)', endEntity],
  [
    'DANE-TA (DANE-3.1.2-2, DANE-3.2.2-1, DANE-3.2.2-2, DANE-3.2.3-1, DANE-3.2.3-2, DOPS-5.2.1-1, DOPS-5.2.2-1, DOPS-5.2.3-1)',
    trustAnchor,
  ],
  ['unusable records (DANE-2.2-2, DANE-3.1.3-2, TLSA-4.1-3, DOPS-10.3-1)', unusable],
  ['digest agility (DANE-5-1, DOPS-9-1, DOPS-9-2, DOPS-9-4, DOPS-9-5)', agility],
  [
    'the way to the records (DANE-2.2-5, DANE-2.2.1-5, DANE-2.2.2-5, DANE-2.2.2-6, DANE-2.2.3-1, DANE-2.2.3-2, DANE-2.2.3-4, DANE-2.2.3-5, DANE-10-1)',
    inDns,
  ],
];
