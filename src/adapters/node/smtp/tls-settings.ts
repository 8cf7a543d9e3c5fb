/*
 * What the client offers in a handshake (RFC 9325), said aloud so that no flag or environment variable of Node changes it.
 *
 * The profile is liberal where the certificate does not matter and strict where it does (RFC 7435, Section 3):
 * strength that belongs to authentication is a fact here and no alert. At security level 2 a certificate with a weak key, or
 * signed with SHA-1, still makes a session, but no path to a root. What must not be used at all is offered to nobody.
 */
import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/** In order of preference; the last ones for servers that have nothing else, because clear text would be worse. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
  'ECDHE+AES',
  'DHE+AESGCM',
  'DHE+CHACHA20',
  'DHE+AES',
  '!aNULL',
  '!aDSS',
  '!AESCCM',
  '!SRP',
  '!PSK',
  // 112 bits at least: RSA and DH from 2048, curves from 224, no signature over SHA-1.
  '@SECLEVEL=2',
];

const SIGNATURES = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'ed448',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
];

/** Without forward secrecy, for servers that have nothing else; last, so that no other server is given them. */
const LAST_RESORT = ['kRSA+AESGCM', 'kRSA+AES'];

export const TLS_SETTINGS: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: CIPHERS.join(':'),
  sigalgs: SIGNATURES.join(':'),
  // The library's own, so that new ones come with it.
  ecdhCurve: 'auto',
  secureOptions:
    // Nothing is ever resumed, so that every handshake shows certificates.
    constants.SSL_OP_NO_TICKET |
    // Who was inspected does not change behind it.
    constants.SSL_OP_NO_RENEGOTIATION |
    constants.SSL_OP_NO_COMPRESSION,
};

/** The same, and behind it what RFC 9325, Section 4.1, advises against. */
export const ANY_TLS_SETTINGS: SecureContextOptions = {
  ...TLS_SETTINGS,
  ciphers: [
    ...CIPHERS.slice(0, CIPHERS.indexOf('!aNULL')),
    ...LAST_RESORT,
    ...CIPHERS.slice(CIPHERS.indexOf('!aNULL')),
  ].join(':'),
};
