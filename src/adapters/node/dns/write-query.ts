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

export function writeQuery({ name, type, id, flags, edns }: QueryFields): Buffer {
  const header = Buffer.alloc(HEADER_OCTETS);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RD | flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(edns === null ? 0 : 1, 10);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(type, 0);
  tail.writeUInt16BE(IN, 2);
  const opt = Buffer.alloc(edns === null ? 0 : 11);
  if (edns !== null) {
    opt.writeUInt16BE(OPT, 1);
    opt.writeUInt16BE(UDP_PAYLOAD_OCTETS, 3);
    opt.writeUInt16BE(edns.wantsSignatures ? DO : 0, 7);
  }
  return Buffer.concat([header, nameOctets(name), tail, opt]);
}
