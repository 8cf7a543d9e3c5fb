/** The types of record that a world holds. */
export const recordTypes = ['MX', 'A', 'AAAA', 'TXT', 'CNAME', 'TLSA'] as const;
export type RecordType = (typeof recordTypes)[number];

/** What a world has at a name, references resolved. */
export type Found =
  | {
      readonly kind: 'records';
      readonly security: 'secure' | 'insecure';
      readonly aliases: readonly { readonly from: string; readonly to: string }[];
      readonly records: readonly string[];
      readonly denial: 'nodata' | 'nxdomain' | null;
    }
  | { readonly kind: 'fails'; readonly cause: 'bogus' | 'servfail' | 'refused' | 'timeout' | 'malformed' };
