import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { selfSigned } from '../https/certificate.fixture.js';
import { readTlsa } from './tlsa-record.js';

const full = (data: Uint8Array, matching = 0) =>
  readTlsa(Buffer.concat([Buffer.from([3, 0, matching]), data]));
const contentOf = (data: Uint8Array) => {
  const record = full(data);
  return record.kind === 'tlsa' ? record.content : record.kind;
};

describe('a TLSA record', () => {
  it('is its three octets and its data (TLSA-2.1-1)', () => {
    expect(readTlsa(Buffer.from('ff80030a', 'hex'))).toEqual({
      kind: 'tlsa',
      usage: 255,
      selector: 128,
      matching: 3,
      data: '0a',
      content: 'opaque',
      digest: null,
    });
    expect(readTlsa(Buffer.from('030000', 'hex'))).toEqual({ kind: 'malformed', rdata: '030000' });
  });

  it('with full data says what the data is, to the last octet (TLSA-2.1.3-1)', async () => {
    const { der, pem } = await selfSigned({ dnsNames: ['mx.example'] });
    const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
      format: 'der',
      type: 'spki',
    });
    expect(contentOf(der)).toBe('certificate');
    expect(contentOf(spki)).toBe('public-key');
    for (const data of [der, spki]) {
      expect(contentOf(Buffer.concat([data, Buffer.alloc(1)]))).toBe('opaque');
      expect(contentOf(data.subarray(0, -1))).toBe('opaque');
    }
    expect(contentOf(Buffer.from(pem))).toBe('opaque');
    expect(contentOf(Buffer.from('3000', 'hex'))).toBe('opaque');
    expect(contentOf(Buffer.from('30', 'hex'))).toBe('opaque');
    expect(contentOf(Buffer.from('308000', 'hex'))).toBe('opaque');
  });

  it('has a digest of its data where that is full, for comparing', async () => {
    const { der } = await selfSigned({ dnsNames: ['mx.example'] });
    expect(full(der)).toMatchObject({ digest: createHash('sha256').update(der).digest('hex') });
    expect(full(der, 1)).toMatchObject({ digest: null, content: 'opaque' });
  });
});
