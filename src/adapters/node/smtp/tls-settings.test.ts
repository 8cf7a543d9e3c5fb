/*
 * What the client offers and what it refuses, in real handshakes: read from its ClientHello, and tried against servers
 * that are set up badly.
 */
import 'reflect-metadata';
import { getDiffieHellman, webcrypto } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SmtpSession } from '../../../effects/ports.js';
import {
  type ClientHello,
  EXTENSION,
  numbersIn,
  RENEGOTIATION_SCSV,
  readClientHello,
  serverNameIn,
} from './client-hello.fixture.js';
import { nodeSmtp } from './smtp-session.js';
import {
  makeIdentity,
  type ServerOptions,
  type StartTlsServer,
  startTlsServer,
} from './starttls-server.fixture.js';

const base = { session: 1, deadlineMs: 60_000, greetingMs: 60_000 };
const never = new AbortController().signal;
const closers: (() => void)[] = [];
let identity: Awaited<ReturnType<typeof makeIdentity>>;

beforeAll(async () => {
  identity = await makeIdentity();
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe('the ClientHello', () => {
  let hello: ClientHello;
  beforeAll(async () => {
    hello = await helloFor('mx.example');
  });

  it('offers TLS 1.3 first, then 1.2, and nothing older (TLS-3.1.1-1, TLS-3.1.1-2, TLS-8996-1, DOPS-3-1)', () => {
    expect(hello.legacyVersion).toBe(0x0303);
    expect(numbersIn(hello, EXTENSION.supportedVersions, 1)).toEqual([0x0304, 0x0303]);
  });

  it('names the server, or nobody where there is no name (TLS-3.7-1, DOPS-3-1)', async () => {
    expect(serverNameIn(hello)).toBe('mx.example');
    expect(serverNameIn(await helloFor(null))).toBeNull();
  });

  it('offers no application protocol (TLS-3.8-1)', () => {
    expect(hello.extensions.has(EXTENSION.alpn)).toBe(false);
  });

  it('asks for no resumption and sends no early data (TLS-3.10-1, X-9)', () => {
    expect(hello.extensions.has(EXTENSION.earlyData)).toBe(false);
    expect(hello.extensions.has(EXTENSION.preSharedKey)).toBe(false);
    expect(hello.extensions.has(EXTENSION.sessionTicket)).toBe(false);
  });

  it('compresses nothing (TLS-3.3-1)', () => {
    expect(hello.compressionMethods).toEqual([0]);
  });

  it('speaks secure renegotiation and the extended master secret (TLS-3.5-1)', () => {
    const saysSo =
      hello.cipherSuites.includes(RENEGOTIATION_SCSV) || hello.extensions.has(EXTENSION.renegotiationInfo);
    expect(saysSo).toBe(true);
    expect(hello.extensions.has(EXTENSION.extendedMasterSecret)).toBe(true);
  });

  it('takes certificates and no raw keys (DOPS-5.1-2)', () => {
    expect(hello.extensions.has(EXTENSION.serverCertificateType)).toBe(false);
    expect(hello.extensions.has(EXTENSION.clientCertificateType)).toBe(false);
  });

  it('prefers forward secrecy with AES-GCM, and offers nothing without it (TLS-4.1-1, TLS-4.1-2, DANE-8.2-1, RTLS-4.2.1-5)', () => {
    const suites = hello.cipherSuites.filter((suite) => suite !== RENEGOTIATION_SCSV);
    expect(suites.slice(0, 3)).toEqual([0x1302, 0x1303, 0x1301]);
    expect(suites.slice(3, 5).sort()).toEqual([ECDHE_ECDSA_AES256_GCM, ECDHE_RSA_AES256_GCM]);
    for (const suite of RFC_9325_SUITES) expect(suites).toContain(suite);
    expect(suites.filter((suite) => !FORWARD_SECRET.has(suite))).toEqual([]);
    // Finite-field groups come last: RFC 9325 would rather have none.
    const finite = suites.findIndex((suite) => FINITE_FIELD.has(suite));
    expect(suites.slice(finite).every((suite) => FINITE_FIELD.has(suite))).toBe(true);
  });

  it('asks for SHA-256 and better, and for strong groups (TLS-4.5-1)', () => {
    const schemes = numbersIn(hello, EXTENSION.signatureAlgorithms);
    expect(schemes).toEqual(expect.arrayContaining([0x0403, 0x0804, 0x0401]));
    expect(schemes.filter((scheme) => !STRONG_SCHEMES.has(scheme))).toEqual([]);
    const groups = numbersIn(hello, EXTENSION.supportedGroups);
    expect(groups).toEqual(expect.arrayContaining([0x001d, 0x0017]));
    expect(groups.filter((group) => !STRONG_GROUPS.has(group))).toEqual([]);
    expect(hello.extensions.has(EXTENSION.truncatedHmac)).toBe(false);
  });
});

describe('a good server', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is spoken to with %s (TLS-3.1.1-2, STS-7.2-1, STS-7.2-2)',
    async (version) => {
      const { client, handshake } = await shakeHands({ tls: { minVersion: version, maxVersion: version } });
      expect(handshake).toMatchObject({ kind: 'established', protocol: version });
      expect(await client.inspect({ ...base, tlsa: [] }, never)).toMatchObject({ path: { kind: 'trusted' } });
    },
  );

  it('is spoken to with TLS 1.3 where it can do both (TLS-3.1.1-2)', async () => {
    const { handshake } = await shakeHands({ tls: { minVersion: 'TLSv1.2' } });
    expect(handshake).toMatchObject({ protocol: 'TLSv1.3' });
  });

  it('that has only old suites is better than clear text (TLS-5.2-1, OS-3-4)', async () => {
    for (const [ciphers, name] of [
      ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA'],
      ['ECDHE-ECDSA-AES256-SHA384', 'ECDHE-ECDSA-AES256-SHA384'],
    ]) {
      const { handshake } = await shakeHands({ tls: { maxVersion: 'TLSv1.2', ciphers } });
      expect(handshake).toMatchObject({ kind: 'established', cipher: name });
    }
    const rsa = await rsaIdentity(2048);
    const finite = { maxVersion: 'TLSv1.2', ciphers: 'kDHE', dhparam: 'auto', ...rsa } as const;
    expect((await shakeHands({ tls: finite })).handshake).toMatchObject({ kind: 'established' });
  });
});

describe('a server without forward secrecy', () => {
  it.each(['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA', 'AES256-SHA256'])(
    'with %s alone is spoken to where anything is better than clear text, and only there (TLS-5.2-1, OS-3-4)',
    async (ciphers) => {
      const tls = { ...(await rsaIdentity(2048)), maxVersion: 'TLSv1.2', ciphers } as const;
      const any = await shakeHands({ tls }, nodeSmtp(), undefined, 'any');
      expect(any.handshake).toMatchObject({ kind: 'established', cipher: ciphers });
      expect((await shakeHands({ tls })).handshake).toMatchObject({ kind: 'failed', cause: 'alert' });
    },
  );

  it('gives it where it has it, whatever it likes best (TLS-4.1-1)', async () => {
    const tls = {
      ...(await rsaIdentity(2048)),
      maxVersion: 'TLSv1.2',
      honorCipherOrder: false,
      ciphers: 'AES256-GCM-SHA384:ECDHE-RSA-AES128-SHA',
    } as const;
    const { handshake } = await shakeHands({ tls }, nodeSmtp(), undefined, 'any');
    expect(handshake).toMatchObject({ kind: 'established', cipher: 'ECDHE-RSA-AES128-SHA' });
  });
});

describe('a bad server', () => {
  const bad: readonly (readonly [string, TlsOptions, 'ecdsa' | 'rsa'])[] = [
    ['TLS 1.1 at most', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }, 'ecdsa'],
    ['TLS 1.0 at most', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }, 'ecdsa'],
    ['no encryption', { maxVersion: 'TLSv1.2', ciphers: 'eNULL:@SECLEVEL=0' }, 'ecdsa'],
    ['nobody to authenticate', { maxVersion: 'TLSv1.2', ciphers: 'aNULL:@SECLEVEL=0' }, 'ecdsa'],
    ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'kRSA:!eNULL:@SECLEVEL=0' }, 'rsa'],
    [
      'signatures over SHA-1',
      { maxVersion: 'TLSv1.2', sigalgs: 'ECDSA+SHA1', ciphers: 'ALL:@SECLEVEL=0' },
      'ecdsa',
    ],
    [
      'a curve of 192 bits',
      { maxVersion: 'TLSv1.2', ecdhCurve: 'secp192r1', ciphers: 'ECDHE:@SECLEVEL=0' },
      'rsa',
    ],
  ];
  it.each(bad)('with %s gets no handshake (TLS-3.1.1-1, TLS-4.1-1, TLS-4.5-1)', async (_, options, key) => {
    const own = key === 'rsa' ? await rsaIdentity(2048) : identity.tls;
    const { handshake } = await shakeHands({ tls: { ...own, ...options } });
    expect(handshake).toMatchObject({ kind: 'failed', cause: 'alert' });
  });

  it('with a group of 1024 bits gets no handshake (TLS-4.5-1)', async () => {
    const dhparam = derOfGroup(getDiffieHellman('modp2').getPrime());
    const weak = { maxVersion: 'TLSv1.2', ciphers: 'kDHE:@SECLEVEL=0', dhparam } as const;
    const { handshake } = await shakeHands({ tls: { ...(await rsaIdentity(2048)), ...weak } });
    expect(handshake).toMatchObject({ kind: 'failed', code: 'ERR_SSL_DH_KEY_TOO_SMALL' });
  });

  it('with a weak key may encrypt, but no path leads to it (TLS-4.5-1, TLS-5.2-1, OS-3-4)', async () => {
    for (const [bits, path] of [
      [1024, { kind: 'untrusted', cause: 'other' }],
      [2048, { kind: 'trusted' }],
    ] as const) {
      const own = await rsaIdentity(bits);
      const { client, handshake } = await shakeHands(
        { tls: { ...own, ciphers: 'DEFAULT:@SECLEVEL=0' } },
        nodeSmtp({ ca: [own.cert] }),
      );
      expect(handshake, String(bits)).toMatchObject({ kind: 'established' });
      expect(await client.inspect({ ...base, tlsa: [] }, never)).toMatchObject({ path });
    }
  });

  it('that does not know secure renegotiation gets no handshake (TLS-3.5-1)', async () => {
    const answering = (extensions: Buffer) => (socket: Socket) => {
      socket.once('data', () => socket.write(serverHello(extensions)));
    };
    const without = await shakeHands({ onStartTls: answering(Buffer.alloc(0)) });
    expect(without.handshake).toMatchObject({
      kind: 'failed',
      code: expect.stringContaining('UNSAFE_LEGACY_RENEGOTIATION'),
    });
    // The same ServerHello with it is gone on with, until the certificate never comes.
    const knowing = answering(Buffer.from('ff01000100', 'hex'));
    const { handshake } = await shakeHands({ onStartTls: knowing }, nodeSmtp(), 300);
    expect(handshake).toMatchObject({ kind: 'failed', cause: 'timeout' });
  });

  it('that wants to renegotiate is not given another handshake (TLS-3.5-1)', async () => {
    const { client, server } = await shakeHands({ tls: { maxVersion: 'TLSv1.2' } });
    const secured = server.seen[0]!.socket as TLSSocket;
    const refused = new Promise<string | undefined>((resolve) => {
      secured.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      secured.renegotiate({}, () => resolve('renegotiated'));
    });
    await client.hello({ ...base, verb: 'EHLO', name: 'me.example' }, never);
    expect(await refused).toBe('ERR_SSL_NO_RENEGOTIATION');
  });
});

describe('STARTTLS', () => {
  it('is the last that is written until the server has answered (STLS-4-4)', async () => {
    const server = await serve({ replies: { STARTTLS: '' } });
    const client = await introduce(server);
    const answer = client.startTls(base, never);
    await vi.waitFor(() => expect(server.seen[0]!.lines.at(-1)).toBe('STARTTLS'), { timeout: 300_000 });
    // Time for whatever would be written behind it.
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(server.seen[0]!.lines).toEqual(['EHLO me.example', 'STARTTLS']);
    expect(server.seen[0]!.socket.bytesRead).toBe('EHLO me.example\r\nSTARTTLS\r\n'.length);
    server.seen[0]!.socket.write('220 go\r\n');
    expect(await answer).toMatchObject({ kind: 'replied', reply: { code: 220 } });
    expect(server.seen[0]!.socket.bytesRead).toBe('EHLO me.example\r\nSTARTTLS\r\n'.length);
  });
});

describe('tickets', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of %s are never used: each session is a whole handshake, with certificates (X-9, SCRAM-7677-4-1)',
    async (version) => {
      const server = await serve({ tls: { ...identity.tls, minVersion: version, maxVersion: version } });
      const sessions = nodeSmtp({ ca: [identity.pki.caPem] });
      for (const _ of [1, 2, 3]) {
        const { client } = await shakeHandsWith(server, sessions);
        // A reply behind the handshake, so that tickets had time to come.
        expect(await client.hello({ ...base, verb: 'EHLO', name: 'me.example' }, never)).toMatchObject({
          kind: 'replied',
        });
        expect(await client.inspect({ ...base, tlsa: [] }, never)).toMatchObject({ kind: 'presented' });
        client.destroy();
      }
      expect(server.seen.map(({ resumed }) => resumed)).toEqual([false, false, false]);
    },
  );
});

async function serve(options: ServerOptions): Promise<StartTlsServer> {
  const server = await startTlsServer(options);
  closers.push(server.close);
  return server;
}

async function introduce(server: StartTlsServer, sessions = nodeSmtp()): Promise<SmtpSession> {
  const client = sessions();
  closers.push(() => client.destroy());
  const dial = { ...base, address: '127.0.0.1', port: server.port, alternate: null };
  expect(await client.connect(dial, never)).toMatchObject({ kind: 'greeted' });
  expect(await client.hello({ ...base, verb: 'EHLO', name: 'me.example' }, never)).toMatchObject({
    kind: 'replied',
  });
  return client;
}

async function shakeHandsWith(
  server: StartTlsServer,
  sessions = nodeSmtp({ ca: [identity.pki.caPem] }),
  deadlineMs = base.deadlineMs,
  serverName: string | null = 'mx.example',
  suites?: 'any',
) {
  const client = await introduce(server, sessions);
  expect(await client.startTls(base, never)).toMatchObject({ kind: 'replied', reply: { code: 220 } });
  const offer = { serverName, ...(suites && { suites }) };
  const handshake = await client.handshake({ ...base, deadlineMs, ...offer }, never);
  return { client, server, handshake };
}

async function shakeHands(
  options: ServerOptions,
  sessions?: () => SmtpSession,
  deadlineMs?: number,
  suites?: 'any',
) {
  const server = await serve({ ...options, tls: { ...identity.tls, ...options.tls } });
  const own = sessions as ReturnType<typeof nodeSmtp> | undefined;
  return shakeHandsWith(server, own, deadlineMs, undefined, suites);
}

/** Reads the ClientHello, and answers nothing. */
async function helloFor(serverName: string | null): Promise<ClientHello> {
  return new Promise((resolve, reject) => {
    const onStartTls = (socket: Socket) => {
      let octets = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        octets = Buffer.concat([octets, chunk]);
        const hello = readClientHello(octets);
        if (hello === null) return;
        socket.destroy();
        resolve(hello);
      });
    };
    serve({ onStartTls })
      .then((server) => shakeHandsWith(server, nodeSmtp(), base.deadlineMs, serverName))
      .catch(reject);
  });
}

const rsaKeys = new Map<number, Promise<{ readonly key: string; readonly cert: string }>>();

/** A certificate for an RSA key of that size, which is its own trust anchor. */
function rsaIdentity(bits: number) {
  const made = rsaKeys.get(bits) ?? makeRsaIdentity(bits);
  rsaKeys.set(bits, made);
  return made;
}

async function makeRsaIdentity(bits: number) {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: bits,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=mx.example',
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'mx.example' }]),
      ],
    },
    webcrypto as never,
  );
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: x509.PemConverter.encode(key, 'PRIVATE KEY'), cert: certificate.toString('pem') };
}

/** DHParameter of PKCS #3 in PEM: SEQUENCE { prime, base 2 }. */
function derOfGroup(prime: Buffer): string {
  const integer = Buffer.concat([Buffer.from([0]), prime]);
  const length = Buffer.from([0x82, integer.length >> 8, integer.length & 0xff]);
  const content = Buffer.concat([Buffer.from([2]), length, integer, Buffer.from([2, 1, 2])]);
  const head = Buffer.from([0x30, 0x82, content.length >> 8, content.length & 0xff]);
  const base64 = Buffer.concat([head, content]).toString('base64');
  return `-----BEGIN DH PARAMETERS-----\n${base64}\n-----END DH PARAMETERS-----\n`;
}

/** Of TLS 1.2, with ECDHE-RSA-AES128-GCM-SHA256 and those extensions. */
function serverHello(extensions: Buffer): Buffer {
  const list = Buffer.concat([Buffer.from([extensions.length >> 8, extensions.length & 0xff]), extensions]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0, 0xc0, 0x2f, 0]),
    extensions.length === 0 ? extensions : list,
  ]);
  const handshake = Buffer.concat([Buffer.from([2, 0, body.length >> 8, body.length & 0xff]), body]);
  return Buffer.concat([Buffer.from([22, 3, 3, handshake.length >> 8, handshake.length & 0xff]), handshake]);
}

const ECDHE_ECDSA_AES256_GCM = 0xc02c;
const ECDHE_RSA_AES256_GCM = 0xc030;
/** RFC 9325, Section 4.2. */
const RFC_9325_SUITES = [0xc02b, 0xc02c, 0xc02f, 0xc030];
const FINITE_FIELD = new Set([0x009e, 0x009f, 0xccaa, 0x0067, 0x006b, 0x0033, 0x0039]);
const FORWARD_SECRET = new Set([
  ...[0x1301, 0x1302, 0x1303],
  ...[0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9],
  ...[0xc023, 0xc024, 0xc027, 0xc028, 0xc009, 0xc00a, 0xc013, 0xc014],
  ...FINITE_FIELD,
]);
/** ECDSA, EdDSA, RSA-PSS and RSA PKCS #1, with SHA-256 and better. */
const STRONG_SCHEMES = new Set([
  ...[0x0403, 0x0503, 0x0603, 0x0807, 0x0808],
  ...[0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b],
  ...[0x0401, 0x0501, 0x0601],
]);
/** X25519, X448, P-256, P-384, P-521, the groups of RFC 7919, and hybrids with ML-KEM. */
const STRONG_GROUPS = new Set([
  ...[0x001d, 0x001e, 0x0017, 0x0018, 0x0019],
  ...[0x0100, 0x0101, 0x0102, 0x0103, 0x0104],
  ...[0x11eb, 0x11ec, 0x11ed],
]);
