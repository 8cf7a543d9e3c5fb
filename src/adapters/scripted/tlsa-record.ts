import type { TlsaRecord } from '../../policy/dane/tlsa.js';
import { certificateOf, trustAnchorOf } from './certificates.js';
import { madeUpSha256, madeUpSha512 } from './made-up-octets.js';
import { readTlsaText, type TlsaParameters } from './tlsa-text.js';
import type { World } from './world.js';

/** The TLSA record that a text stands for in the simulation; null if it cannot be read or its host does not exist. */
export function tlsaRecordOf(text: string, world: World, now: number): TlsaRecord | null {
  const read = readTlsaText(text);
  switch (read?.kind) {
    case undefined:
      return null;
    case 'rdata':
      return fromOctets(read.hex);
    case 'literal':
      return opaque(read, read.data);
    case 'reference': {
      const mail = world.mail ?? {};
      if (!Object.hasOwn(mail, read.id)) return null;
      const leaf = certificateOf(read.id, mail[read.id]!.certificate, now);
      return associationOf(read, read.of === 'ca' ? trustAnchorOf(leaf) : leaf);
    }
  }
}

function associationOf(
  parameters: TlsaParameters,
  certificate: { readonly der: string; readonly spki: string },
): TlsaRecord {
  const octets = parameters.selector === 1 ? certificate.spki : certificate.der;
  switch (parameters.matching) {
    case 0: {
      const content = (['certificate', 'public-key'] as const)[parameters.selector] ?? 'opaque';
      return { ...opaque(parameters, octets), content };
    }
    case 2:
      return opaque(parameters, madeUpSha512(octets));
    default:
      return opaque(parameters, madeUpSha256(octets));
  }
}

function opaque({ usage, selector, matching }: TlsaParameters, data: string) {
  const digest = matching === 0 ? madeUpSha256(data) : null;
  return { kind: 'tlsa', usage, selector, matching, data, content: 'opaque', digest } as const;
}

function fromOctets(hex: string): TlsaRecord {
  if (hex.length < 8) return { kind: 'malformed', rdata: hex };
  const [usage, selector, matching] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return opaque({ usage: usage!, selector: selector!, matching: matching! }, hex.slice(6));
}
