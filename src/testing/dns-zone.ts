import type { TlsaText, WorldAnswer, WorldRecordType } from '../adapters/scripted/index.js';

/** What the DNS server has to know of a world, as it is at the time of the question. */
export interface Zone {
  readonly lookup: (type: WorldRecordType, name: string) => WorldAnswer;
  /** The address that an A or AAAA record stands for, or null. */
  readonly address: (text: string, type: 'A' | 'AAAA') => string | null;
  /** The association data that a reference in a TLSA record stands for, in hexadecimal, or null. */
  readonly association: (reference: Extract<TlsaText, { kind: 'reference' }>) => string | null;
}
