import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { association, createPki } from './index.js';

describe('the test PKI', async () => {
  const pki = await createPki();
  const ca = new X509Certificate(pki.caPem);

  it('issues under the public CA, and keeps the key of an ID', async () => {
    const { leafDer, anchorDer, keyPem, chainPem } = await pki.issue({}, 'mx.test');
    const leaf = new X509Certificate(leafDer);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(ca.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.subjectAltName).toBe('DNS:mx.test');
    expect(leaf.checkHost('mx.test', { subject: 'never' })).toBe('mx.test');
    expect(anchorDer.equals(ca.raw)).toBe(true);
    expect(chainPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    const renewed = await pki.issue({ issuer: 'self' }, 'mx.test');
    expect(renewed.keyPem).toBe(keyPem);
    expect(renewed.anchorDer.equals(renewed.leafDer)).toBe(true);
    expect(renewed.leafDer.equals(leafDer)).toBe(false);
    expect((await pki.issue({}, 'mx2.test')).keyPem).not.toBe(keyPem);
  });

  it('makes the faults that were asked for', async () => {
    const read = async (specification: Parameters<typeof pki.issue>[0]) =>
      new X509Certificate((await pki.issue(specification, 'mx.test')).leafDer);
    const now = Date.now();
    expect(Date.parse((await read({ validity: 'expired' })).validTo)).toBeLessThan(now);
    expect(Date.parse((await read({ validity: 'not-yet-valid' })).validFrom)).toBeGreaterThan(now);
    const bare = await read({ names: [], commonName: 'mx.test' });
    expect(bare.subjectAltName).toBeUndefined();
    expect(bare.subject).toContain('CN=mx.test');
    expect((await read({ names: ['*.test', 'b.test'] })).subjectAltName).toBe('DNS:*.test, DNS:b.test');
    expect((await read({ issuer: 'private-ca' })).verify(ca.publicKey)).toBe(false);
  });

  it('says the association of a certificate (RFC 6698)', async () => {
    const { leafDer, chainPem } = await pki.issue({}, 'mx.test');
    const spki = new X509Certificate(leafDer).publicKey.export({ type: 'spki', format: 'der' });
    expect(association(leafDer, 0, 0)).toBe(leafDer.toString('hex'));
    expect(association(chainPem, 1, 1)).toBe(createHash('sha256').update(spki).digest('hex'));
    expect(association(leafDer, 1, 2)).toBe(createHash('sha512').update(spki).digest('hex'));
    expect(() => association(leafDer, 2, 1)).toThrow(RangeError);
    expect(() => association(leafDer, 0, 3)).toThrow(RangeError);
  });
});

describe('a test PKI from a seed', () => {
  const NEW_YEAR = Date.UTC(2031, 0, 1);
  const shown = async (seed: number, order: readonly string[]) => {
    const pki = await createPki({ seed, now: () => NEW_YEAR });
    const issued = await Promise.all(
      order.map((id) => pki.issue({ issuer: 'intermediate', sends: 'full' }, id)),
    );
    return Object.fromEntries(
      issued.map(({ chainPem }, at) => [
        order[at]!,
        chainPem
          .split(/(?<=-----END CERTIFICATE-----)\n/)
          .map((pem) => new X509Certificate(pem))
          .map(({ serialNumber, subject, validFrom, validTo }) => ({
            serialNumber,
            subject,
            validFrom,
            validTo,
          })),
      ]),
    );
  };

  it('makes the same serial numbers, names and dates, whatever is issued first', async () => {
    expect(await shown(7, ['a.test', 'b.test'])).toEqual(await shown(7, ['b.test', 'a.test']));
  });

  it('makes others from another seed, and none twice', async () => {
    const serials = (of: Awaited<ReturnType<typeof shown>>) =>
      new Set(Object.values(of).flatMap((chain) => chain.map(({ serialNumber }) => serialNumber)));
    const [one, other] = [
      serials(await shown(7, ['a.test', 'b.test'])),
      serials(await shown(8, ['a.test', 'b.test'])),
    ];
    // Two leaves, the intermediate and the anchor.
    expect(one.size).toBe(4);
    expect([...one].filter((serial) => other.has(serial))).toEqual([]);
  });

  it('is valid around the time that it is told, by a clock of its own', async () => {
    const pki = await createPki({ now: () => NEW_YEAR });
    for (const validity of ['valid', 'expired', 'not-yet-valid'] as const) {
      const { leafDer } = await pki.issue({ validity }, 'mx.test');
      const { validFrom, validTo } = new X509Certificate(leafDer);
      expect([Date.parse(validFrom) <= NEW_YEAR, Date.parse(validTo) > NEW_YEAR]).toEqual(
        { valid: [true, true], expired: [true, false], 'not-yet-valid': [false, true] }[validity],
      );
    }
  });
});
