import { createHash } from 'node:crypto';
import type { CertificateFacts } from '../policy/certificate/facts.js';
import { associationOf } from '../policy/check/tlsa-publish.js';
import type { TlsaKind } from '../policy/check/tlsa-worth.table.js';
import { misuse } from './arguments.js';
import type { KeyMaterial } from './certificate-file.js';
import { CommandError, EXIT } from './exit.js';

/** A record to publish: its numbers, and its data in hexadecimal. */
export interface TlsaToPublish extends TlsaKind {
  readonly data: string;
  readonly of: 'leaf' | 'issuer';
}

/** What was asked for on the command line; undefined: the usual. */
export interface WantedKind {
  readonly usage: number | undefined;
  readonly selector: number | undefined;
  readonly matching: number | undefined;
}

/** The usual selector depends on the usage: 3 1 1 and 2 0 1 (RFC 7672, Section 3.1). */
export function kindOf({ usage = 3, selector, matching = 1 }: WantedKind): TlsaKind {
  return { usage, selector: selector ?? (namesIssuer(usage) ? 0 : 1), matching };
}

/** Usages 0 and 2 speak of an issuer, 1 and 3 of the server's own certificate. */
export function namesIssuer(usage: number): boolean {
  return usage === 0 || usage === 2;
}

/** The record for a file. Throws a CommandError. */
export function recordForFile(material: KeyMaterial, kind: TlsaKind, path: string): TlsaToPublish {
  const { usage, selector } = kind;
  if (material.kind === 'key') {
    if (usage !== 3 || selector !== 1)
      throw misuse(
        `a key without a certificate can only stand in a record 3 1 x, not in ${usage} ${selector} x; give the certificate`,
      );
    return { ...kind, of: 'leaf', data: digest(material.spki, kind.matching) };
  }
  const { chain } = material;
  const certificate = namesIssuer(usage) ? chain.at(-1)! : chain[0];
  if (namesIssuer(usage) && certificate.facts.ca !== 'yes')
    throw new CommandError(
      EXIT.badData,
      `usage ${usage} names an issuer, and ${chain.length === 1 ? 'the only certificate' : 'the last certificate of the chain'} in ${path} ${chain.length === 1 ? 'that is of use ' : ''}is not that of a CA; append the issuer's`,
    );
  const data = digest(selector === 0 ? certificate.der : certificate.spki, kind.matching);
  return { ...kind, of: namesIssuer(usage) ? 'issuer' : 'leaf', data };
}

/** The records for chains that a host presents, one for each that differs. Throws a CommandError. */
export function recordsForChains(
  chains: readonly (readonly [CertificateFacts, ...CertificateFacts[]])[],
  kind: TlsaKind,
): readonly TlsaToPublish[] {
  if (kind.matching === 0)
    throw misuse('matching type 0 needs the certificate itself; give its file instead of the host');
  const records = chains.flatMap((chain) => {
    const certificate = namesIssuer(kind.usage) ? chain.slice(1).at(-1) : chain[0];
    if (certificate === undefined) return [];
    const of = namesIssuer(kind.usage) ? 'issuer' : 'leaf';
    return [{ ...kind, of, data: associationOf(certificate, kind)! } as const];
  });
  return [...new Map(records.map((record) => [record.data, record])).values()];
}

function digest(der: Buffer, matching: number): string {
  if (matching === 0) return der.toString('hex');
  return createHash(matching === 2 ? 'sha512' : 'sha256')
    .update(der)
    .digest('hex');
}
