/* What a hostile mail host shows in its handshake: within what TLS libraries let in, and made to cost. */
import {
  altNames,
  authority,
  certificate,
  costlyKey,
  directory,
  directoryName,
  dnsName,
  ecKey,
  excludes,
  type KeyPair,
  spkiOf,
} from './der.js';

export interface HostileChain {
  readonly key: KeyPair;
  /** Leaf first; the last is the anchor that the TLSA record names. */
  readonly chain: readonly Buffer[];
}

export const HOST = 'mx.a.example';

const many = <T>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at));
/** Names of the length of the host's own, so that each has to be looked at. */
const alike = (count: number) => many(count, (at) => dnsName(`${at.toString(36).padStart(5, 'a')}.example`));

/** A leaf with so many names below so many authorities of one name and key, each signing all others, each with constraints. */
function woven(spec: {
  readonly names: readonly Buffer[];
  readonly constraints: readonly Buffer[];
  readonly authorities: number;
}): HostileChain {
  const [key, ca] = [ecKey(), ecKey()];
  const own = directory('authority');
  const above = many(spec.authorities, () =>
    certificate({
      subject: own,
      issuer: own,
      spki: spkiOf(ca),
      signer: ca,
      extensions: authority(excludes(spec.constraints)),
    }),
  );
  const leaf = certificate({
    subject: directory('leaf'),
    issuer: own,
    spki: spkiOf(key),
    signer: ca,
    extensions: [altNames(spec.names)],
  });
  return { key, chain: [leaf, ...above] };
}

/** As many certificates as TLS lets in, each signed by a key that takes a hundredth of a second. */
function costly(): HostileChain {
  const octets = 384;
  const key = ecKey();
  const count = 70;
  const chain = many(count, (at) =>
    certificate({
      subject: directory(`${at}`),
      issuer: directory(`${at + 1}`),
      spki: at === 0 ? spkiOf(key) : costlyKey(octets),
      signer: octets,
      extensions: at === 0 ? [altNames([dnsName(HOST)])] : authority(),
    }),
  );
  return { key, chain };
}

export const CHAINS = {
  'names x constraints': () =>
    woven({
      names: alike(2500),
      constraints: many(2500, (at) => dnsName(`${at.toString(36)}.f`)),
      authorities: 1,
    }),
  'names x constraints x paths': () =>
    woven({
      names: alike(1200),
      constraints: many(400, (at) => dnsName(`${at.toString(36)}.f`)),
      authorities: 9,
    }),
  'directory names x constraints': () =>
    woven({
      names: many(800, (at) => directoryName('a', 'b', 'c', `${at}`)),
      constraints: many(800, (at) => directoryName('a', 'b', 'c', `-${at}`)),
      authorities: 1,
    }),
  'names of a leaf': () => woven({ names: alike(5000), constraints: [], authorities: 1 }),
  'certificates that sign one another': () =>
    woven({ names: [dnsName(HOST)], constraints: [], authorities: 200 }),
  'costly keys': costly,
} satisfies Readonly<Record<string, () => HostileChain>>;
