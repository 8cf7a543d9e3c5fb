/* What speaks against a TLSA record in the certificates that it is made of. */
import type { CertificateFacts } from '../policy/certificate/facts.js';
import type { TlsaKind } from '../policy/check/tlsa-worth.table.js';
import { listOf } from '../policy/check/wording.js';
import { coversName } from '../policy/names/match.js';
import { utcDay } from '../policy/tls-report/send/report-day.js';
import { namesIssuer } from './tlsa-records.js';

export interface Published {
  readonly kind: TlsaKind;
  readonly host: string;
  /** The server's own first; the last one is the issuer that a record names. */
  readonly chain: readonly [CertificateFacts, ...CertificateFacts[]];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Sentences without full stops, worst first; none where all is as it should be. */
export function doubtsAbout({ kind, host, chain, now }: Published): readonly string[] {
  const [leaf] = chain;
  const isNamed = leaf.dnsNames.some((name) => coversName(name, host));
  const names = leaf.dnsNames.length === 0 ? 'no name at all' : listOf(leaf.dnsNames.slice(0, 5));
  const anchored = namesIssuer(kind.usage);
  // A CA alone says nothing of the server's certificate.
  if (anchored && chain.length === 1) return datesOf(leaf, 1, now);
  return [
    ...(leaf.ca === 'yes' && !isNamed
      ? [
          `the certificate is that of a CA and does not hold the name ${host}: it hardly is the server's own; give the file that the server presents`,
        ]
      : []),
    ...(anchored && !isNamed
      ? [
          `the certificate holds ${names}, and not ${host}: under usage ${kind.usage} the name counts, so senders would send nothing (RFC 7672, Section 3.2.2)`,
        ]
      : []),
    ...(!anchored && !isNamed && leaf.ca !== 'yes'
      ? [
          `the certificate holds ${names}, and not ${host}: under usage ${kind.usage} that is no obstacle to DANE, but it is to senders that ask a CA; or it is another host's`,
        ]
      : []),
    ...(anchored ? chain.flatMap((certificate, at) => datesOf(certificate, at, now)) : []),
  ];
}

/** Under usage 2 dates count, unlike under usage 3 (RFC 7671, Section 5.1). */
function datesOf({ notBefore, notAfter }: CertificateFacts, at: number, now: number): readonly string[] {
  const whose = at === 0 ? "the server's certificate" : 'a certificate of an issuer';
  if (notAfter < now)
    return [`${whose} has expired on ${utcDay(notAfter)}, and dates count under this usage`];
  if (notBefore > now)
    return [`${whose} is not valid before ${utcDay(notBefore)}, and dates count under this usage`];
  return [];
}
