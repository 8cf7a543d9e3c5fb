import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { nameOctets } from '../dns/name.js';
import { keyTagOf, zoneKeys } from './keys.js';
import { type Signature, TYPE } from './message.js';
import { REASON, verifySet } from './signed-set.js';

const NOW_SECONDS = 1_767_225_600;
const ED25519 = 15;

/** A signed set of A records, and how many octets its signature is over. */
function signedSet(rdata: readonly Buffer[]) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
  const key = Buffer.concat([Buffer.from([1, 0, 3, ED25519]), raw]);
  const fields = {
    typeCovered: TYPE.A,
    algorithm: ED25519,
    labels: 1,
    originalTtlSeconds: 60,
    expiration: NOW_SECONDS + 3600,
    inception: NOW_SECONDS - 3600,
    keyTag: keyTagOf(key),
    signer: 'test',
  };
  const fixed = Buffer.alloc(18);
  fixed.writeUInt16BE(fields.typeCovered, 0);
  fixed.writeUInt8(fields.algorithm, 2);
  fixed.writeUInt8(fields.labels, 3);
  fixed.writeUInt32BE(fields.originalTtlSeconds, 4);
  fixed.writeUInt32BE(fields.expiration, 8);
  fixed.writeUInt32BE(fields.inception, 12);
  fixed.writeUInt16BE(fields.keyTag, 16);
  const prefix = Buffer.concat([fixed, nameOctets('test')]);
  const records = rdata.map((octets) =>
    Buffer.concat([nameOctets('test'), Buffer.from([0, 1, 0, 1, 0, 0, 0, 60, 0, octets.length]), octets]),
  );
  const signed = Buffer.concat([prefix, ...records]);
  const good: Signature = { ...fields, prefix, signature: sign(null, signed, privateKey) };
  const bad: Signature = { ...good, signature: Buffer.alloc(64) };
  const set = (...signatures: readonly Signature[]) => ({
    owner: 'test',
    type: TYPE.A,
    ttlSeconds: 60,
    rdata,
    signatures,
  });
  return { set, good, bad, zone: { name: 'test', keys: zoneKeys([key]) }, octets: signed.length };
}

it('a set is put together and hashed for its signatures only as often as a lookup may pay for (CHOICE-25)', () => {
  const { set, good, bad, zone, octets } = signedSet([
    Buffer.from([192, 0, 2, 1]),
    Buffer.from([192, 0, 2, 2]),
  ]);
  const verify = (octetsLeft: number, ...signatures: readonly Signature[]) =>
    verifySet(set(...signatures), zone, {
      nowSeconds: NOW_SECONDS,
      budget: { queriesLeft: 0, verificationsLeft: 100, octetsLeft, hashesLeft: 0 },
    });
  expect(verify(octets, good)).toMatchObject({ kind: 'valid' });
  expect(verify(octets - 1, good)).toEqual({ kind: 'invalid', reason: REASON.bogus });
  expect(verify(3 * octets, bad, bad, good)).toMatchObject({ kind: 'valid' });
  expect(verify(3 * octets - 1, bad, bad, good)).toEqual({ kind: 'invalid', reason: REASON.bogus });
});
