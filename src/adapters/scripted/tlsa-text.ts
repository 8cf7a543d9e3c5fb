/** A TLSA record as a world writes it. */
export type TlsaText =
  /** The RDATA octets as they are, lower-case hexadecimal. */
  | { readonly kind: 'rdata'; readonly hex: string }
  | (TlsaParameters & { readonly kind: 'literal'; readonly data: string })
  | (TlsaParameters & {
      readonly kind: 'reference';
      readonly id: string;
      /** `leaf`: the host's own certificate; `ca`: its trust anchor. */
      readonly of: 'leaf' | 'ca';
    });

export interface TlsaParameters {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
}

/** Reads one TLSA record of a world; null if it is none. */
export function readTlsaText(text: string): TlsaText | null {
  const raw = /^#\s*((?:[0-9a-f]{2})*)$/i.exec(text.trim());
  if (raw !== null) return { kind: 'rdata', hex: raw[1]!.toLowerCase() };

  const match = /^(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})\s+(?:@(\S+?)(:ca)?|([0-9a-f][0-9a-f\s]*))$/i.exec(
    text.trim(),
  );
  if (match === null) return null;
  const [usage, selector, matching] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (usage > 255 || selector > 255 || matching > 255) return null;
  const parameters = { usage, selector, matching };
  if (match[6] !== undefined) {
    // White space may stand anywhere in the data (RFC 6698, Section 2.2).
    const data = match[6].replace(/\s+/g, '').toLowerCase();
    return data.length % 2 === 0 ? { kind: 'literal', ...parameters, data } : null;
  }
  return { kind: 'reference', ...parameters, id: match[4]!, of: match[5] === undefined ? 'leaf' : 'ca' };
}
