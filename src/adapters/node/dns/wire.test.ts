import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FLAGS,
  labels,
  type MessageSpec,
  mx,
  name,
  opt,
  response,
  soa,
  strings,
  u16,
} from './messages.fixture.js';
import { isAskable, nameOctets } from './name.js';
import { readTlsa } from './tlsa-record.js';
import { type AnswerRecord, decodeResponse, encodeQuery, type Query, type RecordType } from './wire.js';

function queryFor(type: RecordType, asked = 'a.example'): Query {
  return { id: 0x1234, name: asked, type, wantsAd: true, edns: true };
}

/** What a response to the question for `a.example` holds. */
function decode(type: RecordType, spec: MessageSpec) {
  const query = queryFor(type);
  return decodeResponse(response(query, spec), query);
}

function answersOf(type: RecordType, spec: MessageSpec): readonly AnswerRecord[] {
  const decoded = decode(type, spec);
  if (typeof decoded === 'string') throw new Error(decoded);
  return decoded.answers;
}

const dataOf = (type: RecordType, rdata: Uint8Array, rdlength?: number) =>
  answersOf(type, {
    answer: [{ owner: 'a.example', type, rdata, ...(rdlength === undefined ? {} : { rdlength }) }],
  }).map((record) => record.data);

describe('a query', () => {
  it('asks for recursion, EDNS of 1232 octets, AD if wanted, and never DO (SEC-6840-5.7-1, SEC-4035-4.9.2-1, SEC-4035-4.1-1)', () => {
    for (const wantsAd of [true, false]) {
      const query = { ...queryFor('TLSA', '_25._tcp.a.example'), wantsAd };
      const decoded = dnsPacket.decode(Buffer.from(encodeQuery(query)));
      const extra = decoded.additionals?.[0];
      expect(decoded).toMatchObject({
        id: 0x1234,
        type: 'query',
        flag_rd: true,
        flag_ad: wantsAd,
        flag_cd: false,
      });
      expect(decoded.questions).toEqual([{ name: '_25._tcp.a.example', type: 'TLSA', class: 'IN' }]);
      expect(extra).toMatchObject({ type: 'OPT', udpPayloadSize: 1232, flag_do: false, options: [] });
    }
  });

  it('asks for TLSA by its number, 52 (TLSA-7.1-1)', () => {
    const octets = Buffer.from(encodeQuery({ ...queryFor('TLSA', 'a'), edns: false }));
    expect(octets.subarray(-4)).toEqual(Buffer.from([0, 52, 0, 1]));
    const rdata = Buffer.from('030101ff', 'hex');
    const answer = [{ owner: 'a.example', type: 'TLSA', rdata }] as const;
    const reply = response(queryFor('TLSA'), { answer });
    expect(reply.subarray(-14, -12)).toEqual(Buffer.from([0, 52]));
    expect(answersOf('TLSA', { answer })).toMatchObject([{ type: 'TLSA', data: rdata }]);
  });

  it('has no OPT where the server knows none', () => {
    expect(dnsPacket.decode(Buffer.from(encodeQuery({ ...queryFor('A'), edns: false }))).additionals).toEqual(
      [],
    );
  });
});

describe('a response', () => {
  it('is taken for the answer only with our id and our question (DNS-5452-1)', () => {
    const question = { name: 'a.example', type: 1 };
    expect(decode('A', {})).toMatchObject({ rcode: 0, answers: [] });
    expect(decode('A', { id: 0x1235 })).toBe('mismatch');
    expect(decode('A', { flags: 0x0100 })).toBe('mismatch');
    expect(decode('A', { flags: FLAGS.response | 0x0800 })).toBe('mismatch');
    expect(decode('A', { question: { ...question, name: 'b.example' } })).toBe('mismatch');
    expect(decode('A', { question: { ...question, type: 28 } })).toBe('mismatch');
    expect(decode('A', { question: { ...question, class: 3 } })).toBe('mismatch');
    expect(decode('A', { question: null })).toBe('mismatch');
    expect(decodeResponse(new Uint8Array(11), queryFor('A'))).toBe('mismatch');
  });

  it('may echo the question in another case (DNS-4343-1)', () => {
    expect(decode('A', { question: { name: 'A.eXample', type: 1 } })).toMatchObject({ rcode: 0 });
  });

  it('may be an error without the question', () => {
    expect(decode('A', { question: null, rcode: 1 })).toMatchObject({ rcode: 1, edns: false });
  });

  it('says AD, TC, the whole RCODE and the first extended error (EDE-2-1)', () => {
    expect(decode('A', { flags: FLAGS.response | FLAGS.ad })).toMatchObject({
      authenticated: true,
      truncated: false,
    });
    expect(decode('A', { flags: FLAGS.response | FLAGS.tc })).toMatchObject({
      authenticated: false,
      truncated: true,
    });
    expect(decode('A', { additional: [opt(null, 1)] })).toMatchObject({
      rcode: 16,
      edns: true,
      extendedError: null,
    });
    expect(decode('A', { rcode: 2, additional: [opt(6)] })).toMatchObject({ rcode: 2, extendedError: 6 });
    const cutOff = Buffer.concat([u16(15), u16(9), u16(9)]);
    expect(decode('A', { additional: [{ ...opt(), rdata: cutOff }] })).toBe('malformed');
    expect(decode('A', { additional: [opt(), opt()] })).toBe('malformed');
  });

  it('may have several extended errors, with any RCODE: the first about validation tells most (EDE-3-1)', () => {
    const several = (...codes: number[]) => ({
      ...opt(),
      rdata: Buffer.concat(codes.flatMap((code) => [u16(15), u16(2), u16(code)])),
    });
    for (const rcode of [0, 2, 3, 5]) {
      const errorOf = (...codes: number[]) => decode('A', { rcode, additional: [several(...codes)] });
      expect(errorOf()).toMatchObject({ rcode, extendedError: null });
      expect(errorOf(22, 3)).toMatchObject({ rcode, extendedError: 22 });
      expect(errorOf(22, 9, 6)).toMatchObject({ rcode, extendedError: 9 });
      expect(errorOf(9, 6)).toMatchObject({ rcode, extendedError: 9 });
    }
    // An option too short for a code is none.
    const short = Buffer.concat([u16(15), u16(1), Buffer.alloc(1), u16(15), u16(2), u16(6)]);
    expect(decode('A', { additional: [{ ...opt(), rdata: short }] })).toMatchObject({ extendedError: 6 });
  });

  it('with DNSSEC records among the others is read as any other (SEC-4035-4.9-1)', () => {
    const a = { owner: 'a.example', type: 'A', rdata: Buffer.from([192, 0, 2, 1]) } as const;
    const signature = { owner: 'a.example', type: 'RRSIG', rdata: Buffer.alloc(90, 7) } as const;
    const alias = { owner: 'a.example', type: 'CNAME', rdata: name('b.example') } as const;
    const spec = { answer: [signature, alias, signature, a], authority: [signature, soa(60), signature] };
    expect(decode('A', spec)).toMatchObject({
      answers: [{ type: 'CNAME' }, { type: 'A', data: '192.0.2.1' }],
      denialSeconds: 60,
    });
  });

  it('says how long a denial holds (DNS-2308-5-1)', () => {
    expect(decode('A', { rcode: 3, authority: [soa(60)] })).toMatchObject({ denialSeconds: 60 });
    expect(decode('A', { rcode: 3 })).toMatchObject({ denialSeconds: null });
  });

  it('holds records of the asked type and aliases, and nothing else', () => {
    const a = { owner: 'a.example', type: 'A', rdata: Buffer.from([192, 0, 2, 1]) } as const;
    const alias = { owner: 'A.example', type: 'CNAME', rdata: name('B.example') } as const;
    const signature = { owner: 'a.example', type: 'RRSIG', rdata: Buffer.from('signature') } as const;
    expect(answersOf('A', { answer: [signature, alias, a, { ...a, class: 3 }] })).toEqual([
      { type: 'CNAME', owner: 'a.example', ttlSeconds: 300, data: 'b.example' },
      { type: 'A', owner: 'a.example', ttlSeconds: 300, data: '192.0.2.1' },
    ]);
    expect(answersOf('AAAA', { answer: [a] })).toEqual([]);
    expect(answersOf('A', { answer: [{ ...a, ttl: 0x8000_0000 }] })).toMatchObject([{ ttlSeconds: 0 }]);
  });

  it('is malformed if octets stand behind it, or it ends too soon', () => {
    const whole = response(queryFor('A'), { additional: [opt()] });
    expect(decodeResponse(Buffer.concat([whole, Buffer.alloc(1)]), queryFor('A'))).toBe('malformed');
    expect(decodeResponse(whole.subarray(0, -1), queryFor('A'))).toBe('malformed');
  });
});

describe('RDATA', () => {
  it('of addresses is read in canonical form, at its exact length', () => {
    const aaaa = (hex: string) => dataOf('AAAA', Buffer.from(hex, 'hex'));
    expect(dataOf('A', Buffer.from([127, 0, 0, 255]))).toEqual(['127.0.0.255']);
    expect(aaaa('20010db8000000000000000000000001')).toEqual(['2001:db8::1']);
    expect(aaaa('20010db8000000010001000100010001')).toEqual(['2001:db8:0:1:1:1:1:1']);
    expect(aaaa('20010DB8000000000001000000000000')).toEqual(['2001:db8:0:0:1::']);
    expect(aaaa('00000000000000000000ffffc0000201')).toEqual(['::ffff:192.0.2.1']);
    expect(aaaa('00000000000000000000000000000000')).toEqual(['::']);
    for (const length of [0, 3, 5, 16]) {
      const answer = [{ owner: 'a.example', type: 'A', rdata: Buffer.alloc(length) }] as const;
      expect(decode('A', { answer })).toBe('malformed');
    }
    for (const length of [0, 4, 15, 17]) {
      const answer = [{ owner: 'a.example', type: 'AAAA', rdata: Buffer.alloc(length) }] as const;
      expect(decode('AAAA', { answer })).toBe('malformed');
    }
  });

  it('of MX is a preference and a name, lower-case, the root as "" (NULLMX-3-1)', () => {
    expect(dataOf('MX', mx(10, 'MX.Example'))).toEqual([{ preference: 10, exchange: 'mx.example' }]);
    expect(dataOf('MX', mx(0, ''))).toEqual([{ preference: 0, exchange: '' }]);
    for (const rdata of [Buffer.alloc(0), u16(1), Buffer.concat([mx(1, 'a'), Buffer.alloc(1)])]) {
      expect(decode('MX', { answer: [{ owner: 'a.example', type: 'MX', rdata }] })).toBe('malformed');
    }
  });

  it('of TXT is its strings joined, octet by octet (DNS-1035-2, STS-3.1-8, RPT-3-4)', () => {
    expect(dataOf('TXT', strings('v=STSv1; ', 'id=1;'))).toEqual(['v=STSv1; id=1;']);
    expect(dataOf('TXT', strings('\u0000\u00ff', ''))).toEqual(['\u0000\u00ff']);
    expect(dataOf('TXT', strings(''))).toEqual(['']);
    for (const rdata of [Buffer.alloc(0), Buffer.from([2, 0x61]), Buffer.from([1, 0x61, 5])]) {
      expect(decode('TXT', { answer: [{ owner: 'a.example', type: 'TXT', rdata }] })).toBe('malformed');
    }
  });

  it('of TLSA shorter than four octets is a fact about that record, and the next one is still read (TLSA-2.1-1)', () => {
    const good = { owner: 'a.example', type: 'TLSA', rdata: Buffer.from('030101ab', 'hex') } as const;
    for (const hex of ['', '03', '0301', '030101']) {
      const bad = { ...good, rdata: Buffer.from(hex, 'hex') };
      const read = answersOf('TLSA', { answer: [bad, good] }).map((record) =>
        readTlsa(record.data as Uint8Array),
      );
      expect(read).toEqual([
        { kind: 'malformed', rdata: hex },
        { kind: 'tlsa', usage: 3, selector: 1, matching: 1, data: 'ab', content: 'opaque', digest: null },
      ]);
    }
  });

  it('whose length is a lie spoils the message, not the neighbours', () => {
    const lie = (rdlength: number): MessageSpec => ({
      answer: [
        { owner: 'a.example', type: 'TLSA', rdata: Buffer.from('0301010203', 'hex'), rdlength },
        { owner: 'a.example', type: 'TLSA', rdata: Buffer.from('03010104', 'hex') },
      ],
    });
    for (const rdlength of [0, 1, 4, 6, 100, 0xffff]) expect(decode('TLSA', lie(rdlength))).toBe('malformed');
  });
});

describe('a name', () => {
  /** The target of an alias with these octets as RDATA, which begin at octet 50. */
  const target = (rdata: Uint8Array) =>
    decode('CNAME', { answer: [{ owner: 'a.example', type: 'CNAME', rdata }] });
  const RDATA_AT = 12 + 11 + 4 + 11 + 10;

  it('may be compressed, and its pointers go backwards only (DNS-1035-1)', () => {
    expect(target(Buffer.from([1, 0x62, 0xc0, 14]))).toMatchObject({ answers: [{ data: 'b.example' }] });
    const itself = 0xc000 + RDATA_AT;
    for (const pointer of [itself, itself + 1, itself + 2, 0xffff, 0xc000, 0xc00b]) {
      expect(target(u16(pointer))).toBe('malformed');
    }
    // A label, and then a pointer to that label.
    expect(target(Buffer.concat([Buffer.from([1, 0x62]), u16(itself)]))).toBe('malformed');
  });

  it('has labels of at most 63 octets and at most 255 octets', () => {
    const long = 'x'.repeat(63);
    expect(target(labels(long, long, long, 'x'.repeat(61)))).toMatchObject({ rcode: 0 });
    expect(target(labels(long, long, long, 'x'.repeat(62)))).toBe('malformed');
    expect(target(Buffer.concat([Buffer.from([0x40]), Buffer.alloc(65)]))).toBe('malformed');
    expect(target(Buffer.from([0x80, 0]))).toBe('malformed');
  });

  it('never ends outside its RDATA', () => {
    expect(target(Buffer.from([0, 0]))).toBe('malformed');
    expect(target(Buffer.alloc(0))).toBe('malformed');
  });

  it('with odd octets never equals a good one', () => {
    const odd = (label: string) => target(labels(label, 'example'));
    expect(odd('a.b')).toMatchObject({ answers: [{ data: 'a\\046b.example' }] });
    expect(odd('a\\046b')).toMatchObject({ answers: [{ data: 'a\\092046b.example' }] });
    expect(odd('a\u0000')).toMatchObject({ answers: [{ data: 'a\\000.example' }] });
    expect(odd('\u00e9')).toMatchObject({ answers: [{ data: '\\233.example' }] });
    expect(odd(' ')).toMatchObject({ answers: [{ data: '\\032.example' }] });
  });

  it('of any octets has one text, which leads back to them (RFC 2181, Section 11)', () => {
    const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 3 }), (texts) => {
        const octets = Buffer.concat([
          ...texts.map((text) => Buffer.concat([Buffer.from([text.length]), text])),
          Buffer.alloc(1),
        ]);
        const decoded = target(octets);
        if (typeof decoded === 'string') throw new Error(decoded);
        const text = decoded.answers[0]!.data as string;
        expect(isAskable(text)).toBe(true);
        const lower = octets.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet));
        let at = 0;
        for (const { length } of texts) {
          // A length is no letter.
          lower[at] = length;
          at += 1 + length;
        }
        expect(nameOctets(text)).toEqual(lower);
      }),
    );
  });

  it('can be asked for only if it fits into a question', () => {
    const long = 'x'.repeat(63);
    const whole = [long, long, long, 'x'.repeat(61)].join('.');
    const odd = '\\001'.repeat(61);
    for (const good of [
      '',
      'a',
      '_25._tcp.mx.example',
      long,
      whole,
      `${odd}.example`,
      'A\\032b',
      whole.replace(/x$/, '\\255'),
    ])
      expect(isAskable(good), good).toBe(true);
    for (const bad of [
      '.',
      'a.',
      '.a',
      'a..b',
      `${long}x`,
      `${whole}x`,
      'a b',
      'a\\.b',
      'a\\065',
      'a\\256',
      'a\\1',
      `${odd}\\001\\001\\001`,
      '\u00e9',
      'a\n',
    ]) {
      expect(isAskable(bad)).toBe(false);
    }
  });
});

describe('whatever the octets are', () => {
  const types = fc.constantFrom<RecordType>('A', 'AAAA', 'CNAME', 'MX', 'TXT', 'TLSA');

  it('random ones are read to an end, without an exception', () => {
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 600 }), (type, tail) => {
        const bytes = Buffer.concat([response(queryFor(type)).subarray(0, 4), tail]);
        expectQuickAnswer(bytes, type);
      }),
    );
  });

  it('mutated messages are read to an end, without an exception', () => {
    const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(types, changes, fc.nat(400), (type, octets, cut) => {
        const bytes = Buffer.from(full(type));
        for (const [at, value] of octets) if (at < bytes.length) bytes[at] = value;
        expectQuickAnswer(bytes, type);
        expectQuickAnswer(bytes.subarray(0, cut), type);
      }),
      { numRuns: 500 },
    );
  });

  it('names built to take long do not', () => {
    // A ladder of pointers in RDATA that nobody reads, and as many records as fit, each of whose owners climbs down it.
    const query = queryFor('A');
    const LADDER_AT = 12 + 11 + 4 + 1 + 10;
    const rungs = Array.from({ length: 40 }, (_, i) =>
      u16(0xc000 + (i === 0 ? 12 : LADDER_AT + 2 * (i - 1))),
    );
    const climbing = (rung: number) => {
      const one = { owner: u16(0xc000 + LADDER_AT + 2 * rung), type: 'A', rdata: Buffer.alloc(4) } as const;
      const ladder = { owner: '', type: 'RRSIG', rdata: Buffer.concat(rungs) } as const;
      return decodeResponse(response(query, { answer: [ladder, ...new Array(4000).fill(one)] }), query);
    };
    const deepest = climbing(30);
    expect(typeof deepest === 'string' ? deepest : deepest.answers.length).toBe(4000);
    expect(climbing(31)).not.toBe('mismatch');
    expect(climbing(32)).toBe('malformed');
  });

  function expectQuickAnswer(bytes: Uint8Array, type: RecordType): void {
    const decoded = decodeResponse(bytes, queryFor(type));
    if (typeof decoded === 'string') expect(['malformed', 'mismatch']).toContain(decoded);
    else for (const record of decoded.answers) if (record.type === 'TLSA') readTlsa(record.data);
  }

  function full(type: RecordType): Buffer {
    const rdata: Record<RecordType, Uint8Array> = {
      A: Buffer.alloc(4),
      AAAA: Buffer.alloc(16),
      CNAME: name('b.example'),
      MX: mx(1, 'mx.example'),
      TXT: strings('a', 'b'),
      TLSA: Buffer.from('03000030020500', 'hex'),
    };
    return response(queryFor(type), {
      answer: [
        { owner: 'a.example', type: 'CNAME', rdata: name('b.example') },
        { owner: Buffer.from([0xc0, 12]), type, rdata: rdata[type] },
      ],
      authority: [soa(5)],
      additional: [opt(6)],
    });
  }
});
