import 'reflect-metadata';
import { createHash, createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterEach, describe, expect, it } from 'vitest';
import { channelBinding } from './channel-binding.js';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** sha256WithRSAEncryption, in a place where it signs nothing. */
const DECOY = new x509.Extension('1.3.6.1.4.1.99999.1', false, Buffer.from('06092a864886f70d01010b', 'hex'));

type Signing = { readonly name: string; readonly hash: string; readonly saltLength?: number };

async function certificateSignedBy(signing: Signing) {
  const generation =
    signing.name === 'ECDSA'
      ? { name: 'ECDSA', namedCurve: 'P-256' }
      : {
          name: signing.name,
          hash: signing.hash,
          modulusLength: 2048,
          publicExponent: new Uint8Array([1, 0, 1]),
        };
  const keys = (await webcrypto.subtle.generateKey(generation, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name: 'CN=relay.example',
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2099-01-01'),
      signingAlgorithm: signing as never,
      keys,
      extensions: [DECOY],
    },
    webcrypto as never,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { cert: certificate.toString('pem'), key: key.export({ format: 'pem', type: 'pkcs8' }) as string };
}

/** Both ends of a session of that version, under that certificate. */
async function sessionOf(version: 'TLSv1.2' | 'TLSv1.3', identity: { cert: string; key: string }) {
  const accepted: tls.TLSSocket[] = [];
  const server = tls.createServer({ ...identity, maxVersion: version }, (socket) => {
    socket.on('error', () => undefined);
    accepted.push(socket);
    socket.write('220 hi\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  closers.push(() => {
    socket.destroy();
    accepted[0]?.destroy();
    server.close();
  });
  await new Promise((resolve) => socket.once('data', resolve));
  return { socket, peer: accepted[0]!, leaf: new X509Certificate(identity.cert) };
}

describe('a session under TLS 1.2 is bound to the certificate (SCRAM-6-3)', () => {
  it.each([
    [{ name: 'ECDSA', hash: 'SHA-256' }, 'sha256'],
    [{ name: 'ECDSA', hash: 'SHA-384' }, 'sha384'],
    [{ name: 'ECDSA', hash: 'SHA-512' }, 'sha512'],
    [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' }, 'sha256'],
    [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, 'sha256'],
    [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' }, 'sha384'],
    [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' }, 'sha512'],
  ] as const)('by the hash of its own signature: %j', async (signing, hash) => {
    const { socket, leaf } = await sessionOf('TLSv1.2', await certificateSignedBy(signing));
    expect(channelBinding(socket, leaf)).toEqual({
      type: 'tls-server-end-point',
      data: createHash(hash).update(leaf.raw).digest(),
    });
  });

  it('and to nothing where the certificate is not known', async () => {
    const identity = await certificateSignedBy({ name: 'ECDSA', hash: 'SHA-256' });
    const { socket } = await sessionOf('TLSv1.2', identity);
    expect(channelBinding(socket, undefined)).toBeNull();
  });
});

it('a session under TLS 1.3 is bound to itself, as both ends see it (SCRAM-6-3)', async () => {
  const identity = await certificateSignedBy({ name: 'ECDSA', hash: 'SHA-384' });
  const { socket, peer, leaf } = await sessionOf('TLSv1.3', identity);
  expect(channelBinding(socket, leaf)).toEqual({
    type: 'tls-exporter',
    data: peer.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
  });
});
