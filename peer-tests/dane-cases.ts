/*
 * Random servers for DANE: chains of certificates with and without faults, and TLSA records that fit them or do not.
 * What is said of a case in words explains differences between verifiers; no verifier gets to see it.
 */
import { createHash } from 'node:crypto';
import type { Dice } from '../property-tests/arbitraries/dice.js';
import {
  type CertificateWish,
  type Keys,
  keyPem,
  type MadeCertificate,
  makeCertificate,
  makeKeys,
  type NameConstraints,
} from './certificates.js';

/** A TLSA record in fields; the data in hexadecimal. */
export interface RecordFields {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly data: string;
  /** What it was made from. */
  readonly of: Subject | 'stranger' | 'garbage';
}

/** A certificate's place: the leaf, an authority by its distance from it, or the second certificate of an authority. */
export type Subject = 'leaf' | `ca-${number}` | 'other-root' | 'cross';

export interface DaneCase {
  readonly number: number;
  /** The name that the client means, and the TLSA base domain. */
  readonly host: string;
  /** What the server sends, leaf first. */
  readonly sent: readonly MadeCertificate[];
  /** The same without what does not lead up from the leaf: one path, or two where an authority is cross-signed. */
  readonly paths: readonly (readonly MadeCertificate[])[];
  readonly keyPem: string;
  readonly records: readonly RecordFields[];
  /** What is wrong with certificates, or only unusual. */
  readonly faults: readonly CertificateFault[];
  /** The authority that has a second certificate, if one has. */
  readonly crossed: Subject | null;
  /** What is special about it otherwise. */
  readonly traits: ReadonlySet<Trait>;
}

export type CertificateFault =
  | { readonly subject: 'leaf'; readonly fault: (typeof LEAF_FAULTS)[number] }
  | { readonly subject: `ca-${number}`; readonly fault: (typeof AUTHORITY_FAULTS)[number] };

const AUTHORITY_FAULTS = [
  'not-a-ca',
  'no-basic-constraints',
  'path-length-0',
  'no-cert-sign',
  'no-key-usage',
  'expired',
  'not-yet-valid',
  'permits-others',
  'permits-host',
  'excludes-host',
  'other-directory',
  'client-purpose',
  'strange-extension',
  'forged',
] as const;
const LEAF_FAULTS = [
  'expired',
  'not-yet-valid',
  'client-purpose',
  'any-purpose',
  'no-purpose',
  'strange-extension',
  'forged',
  'only-cert-sign',
  'is-a-ca',
] as const;
const NAMES = [
  'exact',
  'upper-case',
  'among-others',
  'wildcard',
  'wildcard-too-high',
  'wildcard-of-itself',
  'partial-wildcard',
  'common-name-only',
  'common-name-beside-others',
  'common-name-beside-address',
  'other',
  'parent',
  'none',
] as const;
const ORDERS = ['shuffled', 'missing', 'no-root', 'stranger', 'twice'] as const;

export type Trait =
  | `name-${(typeof NAMES)[number]}`
  | `sent-${(typeof ORDERS)[number]}`
  | 'self-signed-leaf'
  | 'cross-signed';

const KEYS_COUNT = 12;
const HOST = 'mx.case.example';

/** A maker of cases: one set of keys, so that making a case is cheap. */
export async function caseMaker(): Promise<(dice: Dice, number: number) => Promise<DaneCase>> {
  const keys = await Promise.all(Array.from({ length: KEYS_COUNT }, makeKeys));
  const pem = await Promise.all(keys.map(keyPem));
  const stranger = await makeCertificate({
    ...AUTHORITY,
    subject: 'CN=Stranger',
    keys: keys.at(-1)!,
  });
  return async (dice, number) => {
    const chain = await makeChain(dice, keys.slice(0, -1));
    const traits = new Set(chain.traits);
    const isAnchorKept = chain.made.has('ca-1') && dice.chance(0.1);
    const sent = isAnchorKept ? withoutRoot(chain) : sendSome(dice, chain, stranger, traits);
    if (isAnchorKept) traits.add('sent-no-root');
    const records = makeRecords(dice, chain.made, stranger);
    return {
      number,
      host: HOST,
      sent,
      paths: pathsIn(chain).map((path) => path.filter((certificate) => sent.includes(certificate))),
      keyPem: pem[0]!,
      records: isAnchorKept ? [rootInFull(dice, chain), ...records.slice(1)] : records,
      faults: chain.faults,
      crossed: chain.crossed,
      traits,
    };
  };
}

const AUTHORITY = { ca: 'yes', certSign: 'yes' } as const;

interface Chain {
  /** By subject; the chain itself in order, leaf first, and then what was cross-signed. */
  readonly made: ReadonlyMap<Subject, MadeCertificate>;
  readonly faults: readonly CertificateFault[];
  readonly crossed: Subject | null;
  readonly traits: readonly Trait[];
}

async function makeChain(dice: Dice, keys: readonly Keys[]): Promise<Chain> {
  const traits: Trait[] = [];
  const faults: CertificateFault[] = [];
  const height = dice.chance(0.12) ? 0 : 1 + dice.below(3);
  const names = dice.chance(0.5) ? 'exact' : dice.pick(NAMES);
  traits.push(`name-${names}`);
  if (height === 0) traits.push('self-signed-leaf');
  const authority = (at: number): CertificateWish => ({
    ...AUTHORITY,
    subject: `CN=Authority ${at}`,
    keys: keys[at]!,
    ...(at < height && { issuer: { subject: `CN=Authority ${at + 1}`, keys: keys[at + 1]! } }),
  });
  let leaf: CertificateWish = {
    subject: 'O=Case',
    purpose: 'server',
    ca: 'no',
    certSign: 'no',
    keys: keys[0]!,
    ...namesOf(names),
    ...(height > 0 && { issuer: { subject: 'CN=Authority 1', keys: keys[1]! } }),
  };
  const authorities = Array.from({ length: height }, (_, at) => authority(at + 1));
  const faultsMax = dice.chance(0.4) ? 0 : dice.chance(0.8) ? 1 : 2;
  for (let count = 0; count < faultsMax; count += 1) {
    if (height === 0 || dice.chance(0.3)) {
      const fault = dice.pick(LEAF_FAULTS);
      faults.push({ subject: 'leaf', fault });
      leaf = withLeafFault(leaf, fault, keys.at(-1)!);
    } else {
      const at = dice.below(height);
      const fault = dice.pick(AUTHORITY_FAULTS);
      faults.push({ subject: `ca-${at + 1}`, fault });
      authorities[at] = withAuthorityFault(authorities[at]!, fault, keys.at(-1)!);
    }
  }
  const made = new Map<Subject, MadeCertificate>([['leaf', await makeCertificate(leaf)]]);
  for (const [at, wish] of authorities.entries()) made.set(`ca-${at + 1}`, await makeCertificate(wish));
  let crossed: Subject | null = null;
  if (height > 0 && dice.chance(0.12)) {
    traits.push('cross-signed');
    const otherRoot = { subject: 'CN=Other Root', keys: keys.at(-2)! };
    made.set('other-root', await makeCertificate({ ...AUTHORITY, ...otherRoot }));
    const at = dice.below(height);
    crossed = `ca-${at + 1}`;
    const { subject, keys: own } = authorities[at]!;
    made.set('cross', await makeCertificate({ ...AUTHORITY, subject, keys: own, issuer: otherRoot }));
  }
  return { made, faults, crossed, traits };
}

/** The chain, and where an authority has a second certificate, the way over that. */
function pathsIn({ made }: Chain): readonly (readonly MadeCertificate[])[] {
  const cross = made.get('cross');
  const all = [...made.values()];
  if (cross === undefined) return [all];
  const chain = all.filter((certificate) => certificate !== cross && certificate !== made.get('other-root'));
  const crossed = chain.findIndex(({ subject }) => subject === cross.subject);
  return [chain, [...chain.slice(0, crossed), cross, made.get('other-root')!]];
}

function namesOf(names: (typeof NAMES)[number]): Partial<CertificateWish> {
  switch (names) {
    case 'exact':
      return { names: [HOST] };
    case 'upper-case':
      return { names: [HOST.toUpperCase()] };
    case 'among-others':
      return { names: ['other.example', HOST, '*.other.example'] };
    case 'wildcard':
      return { names: ['*.case.example'] };
    case 'wildcard-too-high':
      return { names: ['*.example'] };
    case 'wildcard-of-itself':
      return { names: [`*.${HOST}`] };
    case 'partial-wildcard':
      return { names: ['m*.case.example'] };
    case 'common-name-only':
      return { subject: `O=Case, CN=${HOST}` };
    case 'common-name-beside-others':
      return { subject: `O=Case, CN=${HOST}`, names: ['other.example'] };
    case 'common-name-beside-address':
      return { subject: `O=Case, CN=${HOST}`, ipAddresses: ['192.0.2.1'] };
    case 'other':
      return { names: ['other.example'] };
    case 'parent':
      return { names: ['case.example'] };
    case 'none':
      return {};
  }
}

const PAST = [-400, -2] as const;
const FUTURE = [2, 400] as const;

function withLeafFault(
  leaf: CertificateWish,
  fault: (typeof LEAF_FAULTS)[number],
  forger: Keys,
): CertificateWish {
  switch (fault) {
    case 'expired':
      return { ...leaf, days: PAST };
    case 'not-yet-valid':
      return { ...leaf, days: FUTURE };
    case 'client-purpose':
      return { ...leaf, purpose: 'client' };
    case 'any-purpose':
      return { ...leaf, purpose: 'any' };
    case 'no-purpose':
      return { ...leaf, purpose: 'absent' };
    case 'strange-extension':
      return { ...leaf, strange: true };
    case 'forged':
      return { ...leaf, issuer: { subject: (leaf.issuer ?? leaf).subject, keys: forger } };
    case 'only-cert-sign':
      return { ...leaf, ...AUTHORITY };
    case 'is-a-ca':
      return { ...leaf, ca: 'yes' };
  }
}

function withAuthorityFault(
  authority: CertificateWish,
  fault: (typeof AUTHORITY_FAULTS)[number],
  forger: Keys,
): CertificateWish {
  const constrained = (constraints: NameConstraints) => ({ ...authority, constraints });
  switch (fault) {
    case 'not-a-ca':
      return { ...authority, ca: 'no' };
    case 'no-basic-constraints':
      return { ...authority, ca: 'absent' };
    case 'path-length-0':
      return { ...authority, pathLength: 0 };
    case 'no-cert-sign':
      return { ...authority, certSign: 'no' };
    case 'no-key-usage':
      return { ...authority, certSign: 'absent' };
    case 'expired':
      return { ...authority, days: PAST };
    case 'not-yet-valid':
      return { ...authority, days: FUTURE };
    case 'permits-others':
      return constrained({ permitted: [{ dns: 'other.example' }] });
    case 'permits-host':
      return constrained({ permitted: [{ dns: 'other.example' }, { dns: 'case.example' }] });
    case 'excludes-host':
      return constrained({ excluded: [{ dns: 'case.example' }] });
    case 'other-directory':
      return constrained({ permitted: [{ directory: 'O=Others' }] });
    case 'client-purpose':
      return { ...authority, purpose: 'client' };
    case 'strange-extension':
      return { ...authority, strange: true };
    case 'forged':
      return { ...authority, issuer: { subject: (authority.issuer ?? authority).subject, keys: forger } };
  }
}

const ownRoot = ({ made }: Chain) => [...made].filter(([subject]) => subject.startsWith('ca-')).at(-1)!;

function withoutRoot(chain: Chain): readonly MadeCertificate[] {
  const [, root] = ownRoot(chain);
  return pathsIn(chain)[0]!.filter((certificate) => certificate !== root);
}

function rootInFull(dice: Dice, chain: Chain): RecordFields {
  const [of, root] = ownRoot(chain);
  return recordOf({ usage: 2, selector: dice.below(2), matching: 0 }, root, of);
}

function sendSome(
  dice: Dice,
  { made }: Chain,
  stranger: MadeCertificate,
  traits: Set<Trait>,
): readonly MadeCertificate[] {
  const leaf = made.get('leaf')!;
  const crossed = [made.get('cross'), made.get('other-root')].filter((found) => found !== undefined);
  let others = [...made.values()].filter(
    (certificate) => certificate !== leaf && !crossed.includes(certificate),
  );
  if (crossed.length > 0) {
    const more = crossed.filter(() => dice.chance(0.8));
    others = dice.chance(0.5) ? [...others, ...more] : [...more, ...others];
  }
  if (dice.chance(0.45)) {
    const order = dice.pick(ORDERS);
    traits.add(`sent-${order}`);
    switch (order) {
      case 'shuffled':
        others = dice.shuffled(others);
        break;
      case 'missing':
        others = others.filter(() => dice.chance(0.5));
        break;
      case 'no-root':
        others = others.slice(0, -1);
        break;
      case 'stranger':
        others = dice.shuffled([...others, stranger]);
        break;
      case 'twice':
        others = dice.shuffled([...others, ...others]);
        break;
    }
  }
  return [leaf, ...others];
}

function makeRecords(
  dice: Dice,
  made: ReadonlyMap<Subject, MadeCertificate>,
  stranger: MadeCertificate,
): readonly RecordFields[] {
  const count = dice.pick([1, 1, 1, 2, 2, 3]);
  return Array.from({ length: count }, (_, at) => {
    const right = rightRecord(dice, made);
    if (at === 0 && dice.chance(0.7)) return right;
    const kind = dice.pick(['right', 'wrong', 'wrong', 'unusable', 'misplaced']);
    switch (kind) {
      case 'wrong':
        return recordOf(right, stranger, 'stranger');
      case 'unusable':
        return unusableRecord(dice, right);
      // A leaf where an anchor belongs, or the other way round.
      case 'misplaced':
        return { ...right, usage: 5 - right.usage };
      default:
        return right;
    }
  });
}

function rightRecord(dice: Dice, made: ReadonlyMap<Subject, MadeCertificate>): RecordFields {
  const authorities = [...made.keys()].filter((subject) => subject !== 'leaf');
  const of = authorities.length > 0 && dice.chance(0.75) ? dice.pick(authorities) : 'leaf';
  const usage = of === 'leaf' ? 3 : 2;
  return recordOf({ usage, selector: dice.below(2), matching: dice.below(3) }, made.get(of)!, of);
}

function recordOf(
  { usage, selector, matching }: Pick<RecordFields, 'usage' | 'selector' | 'matching'>,
  { der, spki }: MadeCertificate,
  of: RecordFields['of'],
): RecordFields {
  const content = selector === 0 ? der : spki;
  const data =
    matching === 0
      ? content
      : createHash(matching === 1 ? 'sha256' : 'sha512')
          .update(content)
          .digest();
  return { usage, selector, matching, data: data.toString('hex'), of };
}

function unusableRecord(dice: Dice, right: RecordFields): RecordFields {
  const unusable: readonly RecordFields[] = [
    { ...right, usage: dice.pick([0, 1, 4, 255]) },
    { ...right, selector: dice.pick([2, 255]) },
    { ...right, matching: dice.pick([3, 255]) },
    { ...right, matching: 1, data: right.data.slice(0, 62) },
    { ...right, matching: 2, data: `${'00'.repeat(65)}` },
    { ...right, matching: 0, data: '3003020101', of: 'garbage' },
    { ...right, matching: 0, data: `${right.data}00`, of: 'garbage' },
  ];
  return dice.pick(unusable);
}
