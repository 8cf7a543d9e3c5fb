/* Messages written octet by octet, so that tests may lie in any of them. */
import type { Query } from './wire.js';

export const TYPES = {
  A: 1,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  RRSIG: 46,
  TLSA: 52,
} as const;

export const FLAGS = { response: 0x8180, ad: 0x0020, tc: 0x0200 } as const;

export interface RecordSpec {
  readonly owner: string | Uint8Array;
  readonly type: keyof typeof TYPES;
  readonly rdata: Uint8Array;
  readonly ttl?: number;
  readonly class?: number;
  /** RDLENGTH as written, where it is a lie. */
  readonly rdlength?: number;
}

export interface MessageSpec {
  readonly flags?: number;
  readonly rcode?: number;
  readonly id?: number;
  readonly question?: { readonly name: string; readonly type: number; readonly class?: number } | null;
  readonly answer?: readonly RecordSpec[];
  readonly authority?: readonly RecordSpec[];
  readonly additional?: readonly RecordSpec[];
}

export function u16(value: number): Buffer {
  return Buffer.from([value >>> 8, value & 0xff]);
}

export function u32(value: number): Buffer {
  return Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
}

/** Labels as octets, dots and all. */
export function labels(...texts: readonly string[]): Buffer {
  return Buffer.concat([
    ...texts.map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')])),
    Buffer.alloc(1),
  ]);
}

/** Octets that are odd are written as `\\ddd`. */
export function name(text: string): Buffer {
  const octets = (label: string) =>
    label.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number(digits)));
  return text === '' ? Buffer.alloc(1) : labels(...text.split('.').map(octets));
}

export function strings(...texts: readonly string[]): Buffer {
  return labels(...texts).subarray(0, -1);
}

export function mx(preference: number, exchange: string): Buffer {
  return Buffer.concat([u16(preference), name(exchange)]);
}

export function soa(minimum: number): RecordSpec {
  const rdata = Buffer.concat([name('ns.example'), name('root.example'), Buffer.alloc(16), u32(minimum)]);
  return { owner: 'example', type: 'SOA', rdata, ttl: 3600 };
}

/** OPT with an extended error, or with none. */
export function opt(extendedError: number | null = null, extendedRcode = 0): RecordSpec {
  const rdata =
    extendedError === null
      ? Buffer.alloc(0)
      : Buffer.concat([u16(15), u16(6), u16(extendedError), Buffer.from('text')]);
  return { owner: '', type: 'OPT', rdata, class: 1232, ttl: extendedRcode * 2 ** 24 };
}

/** The response to a query, as specified. */
export function response(
  query: Pick<Query, 'id' | 'name' | 'type'> & { readonly spelt?: string },
  spec: MessageSpec = {},
): Buffer {
  const { answer = [], authority = [], additional = [] } = spec;
  const question =
    spec.question === undefined
      ? { name: query.spelt ?? query.name, type: TYPES[query.type] }
      : spec.question;
  return Buffer.concat([
    u16(spec.id ?? query.id),
    u16((spec.flags ?? FLAGS.response) | (spec.rcode ?? 0)),
    u16(question === null ? 0 : 1),
    u16(answer.length),
    u16(authority.length),
    u16(additional.length),
    ...(question === null ? [] : [name(question.name), u16(question.type), u16(question.class ?? 1)]),
    ...[...answer, ...authority, ...additional].map(record),
  ]);
}

function record(spec: RecordSpec): Buffer {
  return Buffer.concat([
    typeof spec.owner === 'string' ? name(spec.owner) : spec.owner,
    u16(TYPES[spec.type]),
    u16(spec.class ?? 1),
    u32(spec.ttl ?? 300),
    u16(spec.rdlength ?? spec.rdata.length),
    spec.rdata,
  ]);
}
