/* Queries as octets: one question, and OPT where it is sent (RFC 1035, Section 4.1; RFC 6891, Section 6.1.2). */
import { nameOctets } from './name.js';

export interface QueryFields {
  /** Askable (see `name.ts`). */
  readonly name: string;
  /** The number of the record type. */
  readonly type: number;
  /** 0 where it does not matter, because whoever sends it draws another. */
  readonly id: number;
  /** See {@link FLAG}; RD is always set. */
  readonly flags: number;
  /** Null: no OPT record. DO asks for signatures (RFC 4035, Section 4.9.1). */
  readonly edns: { readonly wantsSignatures: boolean } | null;
}

/** Bits of the header. AD asks for AD in the response (RFC 6840, Section 5.7); CD asks for data whatever they validate as. */
export const FLAG = { ad: 0x0020, cd: 0x0010 } as const;

const RD = 0x0100;
const DO = 0x8000;
const IN = 1;
const OPT = 41;
const UDP_PAYLOAD_OCTETS = 1232;
const HEADER_OCTETS = 12;
const TYPE_AND_CLASS_OCTETS = 4;
const OPT_OCTETS = 11;

export function writeQuery({ name, type, id, flags, edns }: QueryFields): Buffer {
  const owner = nameOctets(name);
  const typeAt = HEADER_OCTETS + owner.length;
  const optAt = typeAt + TYPE_AND_CLASS_OCTETS;
  const query = Buffer.alloc(optAt + (edns === null ? 0 : OPT_OCTETS));
  query.writeUInt16BE(id, 0);
  query.writeUInt16BE(RD | flags, 2);
  query.writeUInt16BE(1, 4);
  query.writeUInt16BE(edns === null ? 0 : 1, 10);
  query.set(owner, HEADER_OCTETS);
  query.writeUInt16BE(type, typeAt);
  query.writeUInt16BE(IN, typeAt + 2);
  if (edns !== null) {
    query.writeUInt16BE(OPT, optAt + 1);
    query.writeUInt16BE(UDP_PAYLOAD_OCTETS, optAt + 3);
    query.writeUInt16BE(edns.wantsSignatures ? DO : 0, optAt + 7);
  }
  return query;
}
