import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, hash, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constraintsOf } from '../../../policy/certificate/facts.fixture.js';
import type { PeerFacts, SignatureFact } from '../../../policy/certificate/facts.js';
import type { TlsaRecord } from '../../../policy/dane/tlsa.js';
import { readPublicKey } from './algorithms.js';
import { readCertificate } from './certificate-der.js';
import { CertificateReader, certificateFacts } from './certificate-facts.js';
import { PeerInspector } from './peer-inspector.js';
import { trustPath } from './trust-path.js';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};
const ED25519 = { name: 'Ed25519' };
const NOT_BEFORE = Date.UTC(2020, 0, 2, 3, 4, 5);
const NOT_AFTER = Date.UTC(2060, 5, 7, 8, 9, 10);

type Algorithm = typeof EC | typeof RSA | typeof ED25519;
type Keys = webcrypto.CryptoKeyPair;
const generate = async (algorithm: Algorithm): Promise<Keys> =>
  (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as Keys;

interface Wanted {
  readonly subject: string;
  readonly keys: Keys;
  readonly issuer?: { readonly subject: string; readonly keys: Keys };
  readonly extensions?: x509.Extension[];
  readonly algorithm?: Algorithm;
}

async function issue({
  subject,
  keys,
  issuer,
  extensions = [],
  algorithm = EC,
}: Wanted): Promise<X509Certificate> {
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: '0102',
      subject,
      issuer: issuer?.subject ?? subject,
      notBefore: new Date(NOT_BEFORE),
      notAfter: new Date(NOT_AFTER),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      extensions,
    },
    webcrypto as never,
  );
  return new X509Certificate(Buffer.from(certificate.rawData));
}

const san = (...names: string[]) =>
  new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })));
const der = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const dns = (name: string) =>
  `82${name.length.toString(16).padStart(2, '0')}${Buffer.from(name).toString('hex')}`;
const seq = (tag: string, ...hex: string[]) => {
  const content = hex.join('');
  return `${tag}${(content.length / 2).toString(16).padStart(2, '0')}${content}`;
};
/** A Name of one attribute in each part: OID and tag of the value in hexadecimal, and the text. */
const directory = (...parts: readonly (readonly [oid: string, tag: string, text: string])[]) =>
  seq(
    '30',
    ...parts.map(([oid, tag, text]) => {
      const octets = tag === '1e' ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text);
      return seq('31', seq('30', seq('06', oid), seq(tag, octets.toString('hex'))));
    }),
  );

describe('certificate facts', () => {
  it.each([EC, RSA, ED25519])(
    'slice the key that $name certificates hold (TLSA-2.1.2-1)',
    async (algorithm) => {
      const keys = await generate(algorithm);
      const certificate = await issue({ subject: 'CN=mx.example', keys, algorithm });
      const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
      expect(readCertificate(certificate.raw)?.spki).toEqual(spki);
      expect(await certificateFacts(certificate)).toMatchObject({
        certificateSha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
        certificateSha512: certificate.fingerprint512.replaceAll(':', '').toLowerCase(),
        spkiSha256: hash('sha256', spki, 'hex'),
        spkiSha512: hash('sha512', spki, 'hex'),
        notBefore: NOT_BEFORE,
        notAfter: NOT_AFTER,
        selfIssued: 'yes',
      });
    },
  );

  it('give names as they are written', async () => {
    const keys = await generate(EC);
    const names = ['MX.Example', '*.example', 'xn--bcher-kva.example'];
    const certificate = await issue({
      subject: 'CN=first, O=x, CN=second',
      keys,
      extensions: [san(...names)],
    });
    expect(await certificateFacts(certificate)).toMatchObject({
      dnsNames: names,
      commonNames: ['first', 'second'],
    });
  });

  it('give the names of an issuer by which people know it, the most particular first', async () => {
    const [keys, signer] = [await generate(EC), await generate(EC)];
    const by = async (subject: string) =>
      (
        await certificateFacts(
          await issue({ subject: 'CN=mx.example', keys, issuer: { subject, keys: signer } }),
        )
      )?.issuerNames;
    expect(await by("C=US, O=Let's Encrypt, CN=R11")).toEqual(['R11', "Let's Encrypt"]);
    expect(await by('C=US, OU=Root')).toEqual([]);
  });

  it('give DNS names that stand beside names of an unknown kind', async () => {
    const keys = await generate(EC);
    const otherName = seq('a0', '06032a0304', seq('a0', '0c0161'));
    const extension = new x509.Extension('2.5.29.17', false, der(seq('30', otherName, dns('mx.example'))));
    expect(
      await certificateFacts(await issue({ subject: 'CN=a', keys, extensions: [extension] })),
    ).toMatchObject({
      dnsNames: ['mx.example'],
    });
  });

  it('say what is absent', async () => {
    const certificate = await issue({ subject: 'CN=only', keys: await generate(EC) });
    expect(await certificateFacts(certificate)).toMatchObject({
      dnsNames: [],
      commonNames: ['only'],
      ca: 'absent',
      pathLength: null,
      certSign: 'absent',
      serverAuth: 'absent',
      nameConstraints: { kind: 'absent' },
    });
  });

  it('say what a CA may do', async () => {
    const keys = await generate(EC);
    const extensions = [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.2']),
    ];
    expect(await certificateFacts(await issue({ subject: 'CN=ca', keys, extensions }))).toMatchObject({
      ca: 'yes',
      pathLength: 0,
      certSign: 'yes',
      serverAuth: 'no',
    });
  });

  it('say what an end entity may do', async () => {
    const keys = await generate(EC);
    for (const usage of ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']) {
      const extensions = [
        new x509.BasicConstraintsExtension(false),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
      ];
      expect(await certificateFacts(await issue({ subject: 'CN=ee', keys, extensions }))).toMatchObject({
        ca: 'no',
        certSign: 'no',
        serverAuth: 'yes',
        digitalSignature: 'yes',
        keyEncipherment: 'no',
      });
    }
  });

  it('say how strong a key is, and what a signature is made over (CHOICE-21)', async () => {
    const strength = async (algorithm: Algorithm) => {
      const facts = await certificateFacts(
        await issue({ subject: 'CN=a', keys: await generate(algorithm), algorithm }),
      );
      return [facts?.key, facts?.signatureDigest];
    };
    const rsa = { kind: 'rsa', modulusBits: 2048, exponentBits: 17, exponentParity: 'odd' };
    expect(await strength(EC)).toEqual([{ kind: 'ec', fieldBits: 256 }, 'sha-2']);
    expect(await strength({ ...EC, namedCurve: 'P-521', hash: 'SHA-512' })).toEqual([
      { kind: 'ec', fieldBits: 521 },
      'sha-2',
    ]);
    expect(await strength(RSA)).toEqual([rsa, 'sha-2']);
    expect(await strength({ ...RSA, hash: 'SHA-1' })).toEqual([rsa, 'sha-1']);
    const weak = { ...RSA, modulusLength: 1024, publicExponent: new Uint8Array([3]) };
    expect(await strength(weak)).toEqual([{ ...rsa, modulusBits: 1024, exponentBits: 2 }, 'sha-2']);
  });

  it.each([
    ['ed25519', { kind: 'fixed' }],
    ['x25519', { kind: 'other' }],
  ] as const)('know the key %s', (type, key) => {
    const { publicKey } = generateKeyPairSync(type as 'ed25519');
    expect(readPublicKey(publicKey.export({ type: 'spki', format: 'der' }))).toEqual(key);
  });

  it.each([
    [
      'an RSA key with an even exponent',
      '300d06092a864886f70d0101010500',
      '3006020200ff020104',
      8,
      3,
      'even',
    ],
    [
      'an RSA key with a negative modulus',
      '300d06092a864886f70d0101010500',
      '30060201ff02020101',
      0,
      9,
      'odd',
    ],
  ] as const)('read %s', (_, algorithm, key, modulusBits, exponentBits, exponentParity) => {
    const spki = der(
      seq('30', algorithm, seq('03', '00', key.length === 18 ? seq('30', key.slice(4)) : key)),
    );
    expect(readPublicKey(spki)).toEqual({ kind: 'rsa', modulusBits, exponentBits, exponentParity });
  });

  it('take for the same what differs in case, blanks and the type of the text', async () => {
    const keys = await generate(EC);
    const certificate = await issue({
      subject: 'CN=Some  CA, O=a',
      keys,
      issuer: { subject: 'CN=some ca, O=A', keys },
    });
    expect(await certificateFacts(certificate)).toMatchObject({ selfIssued: 'yes' });
  });

  it.each([
    [
      'DNS subtrees',
      seq('30', seq('a0', seq('30', dns('a.example')), seq('30', dns('.b'))), seq('a1', seq('30', dns('c')))),
      constraintsOf({ permitted: ['a.example', '.b'], excluded: ['c'] }),
    ],
    [
      'addresses only',
      seq('30', seq('a0', seq('30', '87087f000000ff000000'))),
      constraintsOf({ otherForms: ['ip'] }),
    ],
    [
      'mail addresses, a directory, URIs and what nobody knows',
      seq(
        '30',
        seq('a1', seq('30', '810161'), seq('30', 'a4023000'), seq('30', '860161'), seq('30', '88012a')),
      ),
      constraintsOf({ excludedDirectories: [[]], otherForms: ['email', 'uri', 'other'] }),
    ],
    [
      'directories',
      seq(
        '30',
        seq(
          'a0',
          seq('30', seq('a4', directory(['550406', '13', 'DE'], ['55040a', '0c', ' A\u00a0  gmbh ']))),
        ),
        seq('a1', seq('30', seq('a4', directory(['55040a', '1e', 'B+'])))),
      ),
      constraintsOf({
        permittedDirectories: [['550406=de', '55040a=a gmbh']],
        excludedDirectories: [['55040a=b\\+']],
      }),
    ],
    ['half a directory', seq('30', seq('a0', seq('30', 'a4043002310a'))), { kind: 'unsupported' }],
    ['a minimum', seq('30', seq('a0', seq('30', dns('a'), '800101'))), { kind: 'unsupported' }],
    ['garbage', '3003a0ff00', { kind: 'unsupported' }],
  ])('read name constraints: %s', async (_, hex, nameConstraints) => {
    const keys = await generate(EC);
    const extensions = [new x509.Extension('2.5.29.30', true, der(hex))];
    expect(await certificateFacts(await issue({ subject: 'CN=ca', keys, extensions }))).toMatchObject({
      nameConstraints,
    });
  });

  it('tell addresses from names, and which other forms of names there are (SID-6.4-1)', async () => {
    const keys = await generate(EC);
    const altName = new x509.Extension(
      '2.5.29.17',
      false,
      der(seq('30', dns('mx.example'), '8704c0000201', '871020010db8000000000000000000000001', '810161')),
    );
    expect(
      await certificateFacts(await issue({ subject: 'CN=ee', keys, extensions: [altName] })),
    ).toMatchObject({
      dnsNames: ['mx.example'],
      ipAddresses: ['c0000201', '20010db8000000000000000000000001'],
      otherNames: ['directory', 'email'],
    });
    expect(await certificateFacts(await issue({ subject: '', keys }))).toMatchObject({
      ipAddresses: [],
      otherNames: [],
    });
  });

  it('know a critical extension that they do not understand', async () => {
    const keys = await generate(EC);
    const standing = async (id: string, isCritical: boolean, value = '3000') => {
      const extensions = [new x509.Extension(id, isCritical, der(value))];
      return (await certificateFacts(await issue({ subject: 'CN=ca', keys, extensions })))!
        .criticalExtensions;
    };
    expect(await standing('1.2.3.4', true)).toBe('unknown');
    expect(await standing('1.2.3.4', false)).toBe('known');
    // certificatePolicies, inhibitAnyPolicy: nobody here demands a policy. policyConstraints may demand one.
    expect(await standing('2.5.29.32', true)).toBe('known');
    expect(await standing('2.5.29.54', true, '020100')).toBe('known');
    expect(await standing('2.5.29.36', true)).toBe('unknown');
    expect(await standing('2.5.29.19', true)).toBe('known');
  });

  it('let no common name stand in for names that cannot be read', async () => {
    const keys = await generate(EC);
    const extensions = [new x509.Extension('2.5.29.17', false, der('31020500'))];
    expect(await certificateFacts(await issue({ subject: 'CN=mx.example', keys, extensions }))).toMatchObject(
      { dnsNames: [], commonNames: [] },
    );
  });

  it('grant nothing by an extension that cannot be read or stands there twice', async () => {
    const keys = await generate(EC);
    const garbage = ['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37'].map(
      (id) => new x509.Extension(id, true, der('31020500')),
    );
    const nothing = { dnsNames: [], ca: 'no', pathLength: null, certSign: 'no', serverAuth: 'no' };
    expect(await certificateFacts(await issue({ subject: 'CN=a', keys, extensions: garbage }))).toMatchObject(
      nothing,
    );

    const basic = new x509.BasicConstraintsExtension(true, undefined, true);
    const once = (await issue({ subject: 'CN=a', keys, extensions: [basic, san('a'), san('b')] })).raw;
    expect(await certificateFacts(once)).toMatchObject({ dnsNames: [], ca: 'yes' });
  });

  it('are remembered by digest, and only so many', async () => {
    const reader = new CertificateReader(1);
    const keys = await generate(EC);
    const [a, b] = [await issue({ subject: 'CN=a', keys }), await issue({ subject: 'CN=b', keys })];
    const first = reader.read(a);
    expect(reader.read(Buffer.from(a.raw))).toBe(first);
    reader.read(b);
    expect(reader.read(Buffer.from(a.raw))).not.toBe(first);
    // Whoever holds the certificate itself holds what was read of it.
    expect(reader.read(a)).toBe(first);
  });

  it('are not given for anything but one certificate in DER', async () => {
    const certificate = await issue({ subject: 'CN=a', keys: await generate(EC) });
    expect(await certificateFacts(Buffer.concat([certificate.raw, Buffer.from([0])]))).toBeNull();
    expect(await certificateFacts(certificate.raw.subarray(0, -1))).toBeNull();
    expect(await certificateFacts(Buffer.from(certificate.toString()))).toBeNull();
    expect(await certificateFacts(Buffer.alloc(0))).toBeNull();
  });

  it('never throw, whatever the octets', async () => {
    const keys = await generate(EC);
    const extensions = [san('mx.example'), new x509.BasicConstraintsExtension(true, 3, true)];
    const original = (await issue({ subject: 'CN=a', keys, extensions })).raw;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 8 }),
        async (changes) => {
          const mutated = Buffer.from(original);
          for (const [at, octet] of changes) mutated[at] = octet;
          const facts = await certificateFacts(mutated);
          if (facts !== null) expect(Number.isSafeInteger(facts.notAfter)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (octets) => {
        expect(await certificateFacts(Buffer.from(octets))).toBeNull();
      }),
    );
  });
});

describe('signatures', () => {
  const basic = new x509.BasicConstraintsExtension(true, undefined, true);

  let made: ReturnType<typeof makePki> | undefined;
  const pki = () => (made ??= makePki());

  async function makePki() {
    const [rootKeys, oldKeys, keys, leafKeys] = await Promise.all([
      generate(EC),
      generate(RSA),
      generate(EC),
      generate(EC),
    ]);
    const root = { subject: 'CN=root', keys: rootKeys };
    const old = { subject: 'CN=old root', keys: oldKeys };
    const middle = { subject: 'CN=middle', keys };
    return {
      rootKeys,
      root: await issue({ ...root, extensions: [basic] }),
      old: await issue({ ...old, extensions: [basic], algorithm: RSA }),
      middle: await issue({ ...middle, issuer: root, extensions: [basic] }),
      crossed: await issue({ ...middle, issuer: old, extensions: [basic], algorithm: RSA }),
      leaf: await issue({ subject: 'CN=leaf', keys: leafKeys, issuer: middle, extensions: [san('leaf')] }),
      forged: await issue({
        subject: 'CN=leaf',
        keys: leafKeys,
        issuer: { subject: 'CN=middle', keys: leafKeys },
      }),
    };
  }

  const taRecord = (
    selector: number,
    content: 'certificate' | 'public-key' | 'opaque',
    data: Buffer,
  ): TlsaRecord => ({
    kind: 'tlsa',
    usage: 2,
    selector,
    matching: content === 'opaque' ? 1 : 0,
    data: data.toString('hex'),
    content,
    digest: null,
  });
  const digest = taRecord(0, 'opaque', Buffer.alloc(32));

  async function inspect(certificates: X509Certificate[], tlsa: readonly TlsaRecord[]) {
    const facts = await new PeerInspector().inspect({ certificates, path: { kind: 'trusted' } }, tlsa);
    if (facts.kind !== 'presented') throw new Error(facts.code);
    return facts;
  }
  const among = (facts: Extract<PeerFacts, { kind: 'presented' }>) => facts.signatures.map(brief);
  const brief = ({ subject, key }: SignatureFact) => `${subject} by ${key.from} ${key.index}`;

  it('are found along a chain, whatever its order', async () => {
    const { leaf, middle, root } = await pki();
    expect(among(await inspect([leaf, middle, root], [digest]))).toEqual([
      '0 by chain 1',
      '1 by chain 2',
      '2 by chain 2',
    ]);
    expect(among(await inspect([leaf, root, middle], [digest]))).toEqual([
      '0 by chain 2',
      '1 by chain 1',
      '2 by chain 1',
    ]);
  });

  it('are found on both ways of a cross-signed chain', async () => {
    const { leaf, middle, crossed, root, old } = await pki();
    expect(among(await inspect([leaf, middle, crossed, root, old], [digest]))).toEqual([
      '0 by chain 1',
      '0 by chain 2',
      '1 by chain 3',
      '2 by chain 4',
      '3 by chain 3',
      '4 by chain 4',
    ]);
  });

  it('are tried under certificates and keys from TLSA records', async () => {
    const { leaf, middle, root, rootKeys } = await pki();
    const key = Buffer.from(await webcrypto.subtle.exportKey('spki', rootKeys.publicKey));
    const records = [digest, taRecord(0, 'certificate', root.raw), taRecord(1, 'public-key', key)];
    const facts = await inspect([leaf, middle], records);
    expect(among(facts)).toEqual(['0 by chain 1', '1 by tlsa 1', '1 by tlsa 2']);
    expect(facts.anchors.map((anchor) => anchor?.commonNames ?? null)).toEqual([null, ['root'], null]);
    expect(createPublicKey({ key, format: 'der', type: 'spki' }).equals(root.publicKey)).toBe(true);
  });

  it('that are forged are not stated', async () => {
    const { forged, middle, root } = await pki();
    expect(among(await inspect([forged, middle], [taRecord(0, 'certificate', root.raw)]))).toEqual([
      '1 by tlsa 0',
    ]);
  });

  it('are not tried where no record is of usage 2', async () => {
    const { leaf, middle } = await pki();
    const ee: TlsaRecord = {
      kind: 'tlsa',
      usage: 3,
      selector: 1,
      matching: 1,
      data: '00',
      content: 'opaque',
      digest: null,
    };
    expect(among(await inspect([leaf, middle], [ee, { kind: 'malformed', rdata: '' }]))).toEqual([]);
  });

  it('are bounded where everybody has the same name (CHOICE-25)', async () => {
    const keys = await generate(EC);
    const same = await Promise.all(Array.from({ length: 12 }, () => issue({ subject: 'CN=x', keys })));
    const facts = await inspect(same, [digest]);
    // Each under the key of each: 144.
    expect(facts.chain).toHaveLength(12);
    expect(facts.signatures).toHaveLength(64);
    expect(facts.looked).toBe('in-part');
  });

  it('do not fail over keys that are none', async () => {
    const { leaf } = await pki();
    const records = [
      taRecord(1, 'public-key', Buffer.from('3000', 'hex')),
      taRecord(0, 'certificate', Buffer.from('00', 'hex')),
    ];
    const facts = await inspect([leaf], records);
    expect(facts).toMatchObject({ signatures: [], anchors: [null, null] });
  });

  it('need a certificate', async () => {
    const answer = await new PeerInspector().inspect({ certificates: [], path: { kind: 'trusted' } }, []);
    expect(answer).toEqual({ kind: 'unreadable', code: 'NO_CERTIFICATE' });
  });
});

describe('the trust path', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'expired'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknown-issuer'],
    ['INVALID_PURPOSE', 'other'],
    ['constructor', 'other'],
  ])('%s is %s', (code, cause) => {
    expect(trustPath(false, code)).toEqual({ kind: 'untrusted', cause, code });
    expect(trustPath(false, Object.assign(new Error('x'), { code }))).toEqual({
      kind: 'untrusted',
      cause,
      code,
    });
  });
});
