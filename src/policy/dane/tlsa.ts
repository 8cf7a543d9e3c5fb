import type { DnsAnswer } from '../dns/answer.js';

/** A TLSA record as it came (RFC 6698, Section 2.1). Adapters parse; `usability.ts` judges. */
export type TlsaRecord =
  | {
      readonly kind: 'tlsa';
      /** 0 to 255; 2 is DANE-TA, 3 is DANE-EE. */
      readonly usage: number;
      /** 0 to 255; 0 is the full certificate, 1 its SubjectPublicKeyInfo. */
      readonly selector: number;
      /** 0 to 255; 0 is the content itself, 1 SHA-256, 2 SHA-512. */
      readonly matching: number;
      /** The association data: lower-case hexadecimal, not empty. */
      readonly data: string;
      /** What the data parses as: DER of an X.509 certificate, DER of a SubjectPublicKeyInfo, or neither. */
      readonly content: 'certificate' | 'public-key' | 'opaque';
      /** SHA-256 of the data, lower-case hexadecimal, where `matching` is 0 (for comparing); else null. */
      readonly digest: string | null;
    }
  | {
      /** Shorter than the four octets a record needs at least. */
      readonly kind: 'malformed';
      /** The whole RDATA, lower-case hexadecimal; may be empty. */
      readonly rdata: string;
    };

export type TlsaAnswer = DnsAnswer<TlsaRecord>;
