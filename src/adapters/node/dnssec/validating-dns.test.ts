import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOctets } from '../dns/name.js';
import { isAtOrBelow } from './canonical-name.js';
import { keyTagOf, zoneKeys } from './keys.js';
import { TYPE } from './message.js';
import {
  a,
  cname,
  keyOf,
  NOW_SECONDS,
  type Reply,
  record,
  signature,
  signedWorld,
  type Tamper,
  type WireRecord,
  type ZoneSpec,
} from './signed-zones.fixture.js';
import { type ValidatingDnsOptions, validatingDnsOver } from './validating-dns.js';

const never = new AbortController().signal;
const HOUR = 3600;
const tlsa = (owner: string) => record(owner, 'TLSA', `030101${'ab'.repeat(32)}`);
const mx = (owner: string, exchange: string) =>
  record(owner, 'MX', Buffer.concat([Buffer.from([0, 10]), nameOctets(exchange)]));

type Signing = ZoneSpec['signing'];

/** A signed root and top-level domain, and below it the domain in question beside an unsigned one. */
function worldOf(
  own: Partial<ZoneSpec> = {},
  top: Partial<ZoneSpec> = {},
  tamper?: Tamper,
  more: readonly ZoneSpec[] = [],
) {
  return signedWorld(
    [
      { name: '', signing: 'nsec', records: [] },
      { name: 'test', signing: 'nsec', records: [], ...top },
      {
        name: 'unsigned.test',
        signing: 'none',
        records: [a('mx.unsigned.test'), mx('unsigned.test', 'mx.unsigned.test')],
      },
      {
        name: 'signed.test',
        signing: 'nsec',
        records: [mx('signed.test', 'mx.signed.test'), a('mx.signed.test'), tlsa('_25._tcp.mx.signed.test')],
        ...own,
      },
      ...more,
    ],
    tamper,
  );
}

function resolverOf(world: ReturnType<typeof worldOf>, own: Partial<ValidatingDnsOptions> = {}) {
  const now = () => NOW_SECONDS * 1000;
  return validatingDnsOver(world.transport, { now, trustAnchors: [world.anchorOf('')], ...own });
}

async function addressOf(name: string, world = worldOf(), own: Partial<ValidatingDnsOptions> = {}) {
  return (await resolverOf(world, own)['dns.addresses']({ name, deadlineMs: 60_000 }, never)).a;
}

async function tlsaOf(host: string, world = worldOf()) {
  return resolverOf(world)['dns.tlsa']({ name: `_25._tcp.${host}`, deadlineMs: 60_000 }, never);
}

const bogus = { kind: 'failed', cause: 'bogus' };
const isSignature = ({ type }: WireRecord) => type === TYPE.RRSIG;
const drop =
  (
    isDropped: (each: WireRecord) => boolean,
    of: (name: string, type: number) => boolean = () => true,
  ): Tamper =>
  (reply, { name, type }) =>
    of(name, type)
      ? {
          ...reply,
          answer: reply.answer.filter((each) => !isDropped(each)),
          authority: reply.authority.filter((each) => !isDropped(each)),
        }
      : reply;

describe('what is signed from the root down', () => {
  it('is secure, and AD is not looked at (DANE-2.1.1-2, SEC-4035-4.9.3-2)', async () => {
    // The case of letters is no part of what is signed (RFC 4034, Section 6.2).
    const shout = (octets: Buffer) => Buffer.from(octets.toString('latin1').replace('mx', 'MX'), 'latin1');
    const shouted: Tamper = (reply) => ({
      ...reply,
      answer: reply.answer.map((each) =>
        each.type === TYPE.MX ? { ...each, rdata: shout(each.rdata) } : each,
      ),
    });
    const dns = resolverOf(worldOf({}, {}, shouted));
    expect(await dns['dns.mx']({ name: 'Signed.Test', deadlineMs: 60_000 }, never)).toEqual({
      kind: 'secure',
      records: [{ preference: 10, exchange: 'mx.signed.test' }],
      denial: null,
      aliases: [],
      ttlSeconds: 300,
    });
    expect(await tlsaOf('mx.signed.test')).toMatchObject({ kind: 'secure', records: [{ usage: 3 }] });
    expect(await addressOf('mx.signed.test')).toMatchObject({ kind: 'secure', records: ['192.0.2.1'] });
  });

  it('costs what the chain needs, once: keys and delegations are kept for their TTL', async () => {
    const world = worldOf();
    let now = NOW_SECONDS * 1000;
    const dns = resolverOf(world, { now: () => now });
    const ask = () => dns['dns.mx']({ name: 'signed.test', deadlineMs: 60_000 }, never);
    await ask();
    const chain = [' 48', 'test 43', 'test 48', 'signed.test 43', 'signed.test 48'];
    expect(world.asked).toEqual(['signed.test 15', ...chain]);
    await ask();
    expect(world.asked.slice(6)).toEqual(['signed.test 15']);
    now += 301_000;
    await ask();
    expect(world.asked.slice(7)).toEqual(['signed.test 15', ...chain]);
  });

  it('asks for the same but once, when two lookups of one question need it', async () => {
    const world = worldOf();
    await addressOf('mx.signed.test', world);
    expect(world.asked.filter((each, i) => world.asked.indexOf(each) !== i)).toEqual([]);
  });

  it('keeps no more zones than it may', async () => {
    const world = worldOf();
    const dns = resolverOf(world, { delegationsMax: 1 });
    await dns['dns.mx']({ name: 'signed.test', deadlineMs: 60_000 }, never);
    await dns['dns.mx']({ name: 'signed.test', deadlineMs: 60_000 }, never);
    expect(world.asked.filter((each) => each === 'test 43')).toHaveLength(2);
  });

  it.each([8, 10, 13, 14, 15, 16])('in algorithm %i', async (algorithm) => {
    expect(await addressOf('mx.signed.test', worldOf({ algorithm }))).toMatchObject({ kind: 'secure' });
  });

  it('is kept no longer than its signature is valid, nor than the TTL that was signed', async () => {
    const soon = worldOf({ validity: [-HOUR, 7] });
    expect(await addressOf('mx.signed.test', soon)).toMatchObject({ kind: 'secure', ttlSeconds: 7 });
    const raised: Tamper = (reply) => ({
      ...reply,
      answer: reply.answer.map((each) => ({ ...each, ttl: 86_400 })),
    });
    expect(await addressOf('mx.signed.test', worldOf({}, {}, raised))).toMatchObject({ ttlSeconds: 300 });
  });

  it('begins at the nearest trust anchor, and what is below none is insecure (DANE-2.1.1-2)', async () => {
    const island: ZoneSpec = {
      name: 'island.unsigned.test',
      signing: 'nsec',
      records: [a('mx.island.unsigned.test')],
    };
    const world = worldOf({}, {}, undefined, [island]);
    expect(await addressOf('mx.island.unsigned.test', world)).toMatchObject({ kind: 'insecure' });
    const trustAnchors = [world.anchorOf(''), world.anchorOf('island.unsigned.test')];
    expect(await addressOf('mx.island.unsigned.test', world, { trustAnchors })).toMatchObject({
      kind: 'secure',
    });
    const only = { trustAnchors: [world.anchorOf('island.unsigned.test')] };
    expect(await addressOf('mx.signed.test', world, only)).toMatchObject({ kind: 'insecure' });
  });

  it('is not taken out of an island by an unsigned redirection above it', async () => {
    const island: ZoneSpec = {
      name: 'island.unsigned.test',
      signing: 'nsec',
      records: [a('mx.island.unsigned.test')],
    };
    const redirect: Tamper = (reply, { name }) =>
      name === 'mx.island.unsigned.test'
        ? { ...reply, answer: [record('unsigned.test', 'DNAME', nameOctets('evil.test'))] }
        : reply;
    const world = worldOf({}, {}, redirect, [island]);
    const trustAnchors = [world.anchorOf(''), world.anchorOf('island.unsigned.test')];
    expect(await addressOf('mx.island.unsigned.test', world, { trustAnchors })).toMatchObject(bogus);
  });
});

describe.each<Signing>(['nsec', 'nsec3'])('denial by %s', (signing) => {
  const world = () => worldOf({ signing });

  it('of a type and of a name is secure (DANE-2.1.1-5)', async () => {
    expect(await tlsaOf('signed.test', world())).toMatchObject({
      kind: 'secure',
      records: [],
      denial: 'nxdomain',
      ttlSeconds: 60,
    });
    const nodata = await resolverOf(world())['dns.txt'](
      { name: 'mx.signed.test', deadlineMs: 60_000 },
      never,
    );
    expect(nodata).toMatchObject({ kind: 'secure', records: [], denial: 'nodata' });
  });

  it('of an empty non-terminal is "no data"', async () => {
    expect(await addressOf('_tcp.mx.signed.test', world())).toMatchObject({
      kind: 'secure',
      denial: 'nodata',
    });
  });

  it('is bogus without its proof, or with that of another name', async () => {
    const type = signing === 'nsec' ? TYPE.NSEC : TYPE.NSEC3;
    const bare = drop(
      (each) => each.type === type,
      (name) => name.startsWith('_25'),
    );
    expect(await tlsaOf('signed.test', worldOf({ signing }, {}, bare))).toMatchObject(bogus);
    // Everything but what stands at the name or covers it: of a chain, any one record is not enough.
    let kept = 0;
    const one: Tamper = (reply, { name }) => {
      if (!name.startsWith('_25')) return reply;
      const owners = [
        ...new Set(reply.authority.filter((each) => each.type === type).map(({ owner }) => owner)),
      ];
      const owner = owners[kept % owners.length];
      return { ...reply, authority: reply.authority.filter((each) => each.owner === owner) };
    };
    for (kept = 0; kept < 5; kept++) {
      // One record of NSEC may cover name and wildcard alike; one of NSEC3 never proves an encloser and a gap.
      if (signing === 'nsec3')
        expect(await tlsaOf('signed.test', worldOf({ signing }, {}, one))).toMatchObject(bogus);
    }
  });

  it('of records that are there is bogus', async () => {
    const lie: Tamper = (reply, { name, type }) =>
      name === '_25._tcp.mx.signed.test' && type === TYPE.TLSA
        ? { rcode: 3, answer: [], authority: denialsOf(signing) }
        : reply;
    expect(await tlsaOf('mx.signed.test', worldOf({ signing }, {}, lie))).toMatchObject(bogus);
    const nodata: Tamper = (reply, question) => ({ ...lie(reply, question), rcode: 0 });
    expect(await tlsaOf('mx.signed.test', worldOf({ signing }, {}, nodata))).toMatchObject(bogus);
  });

  it('of DS proves an unsigned zone, whose data and denials are insecure (DANE-2.1.1-2)', async () => {
    const below = worldOf({}, { signing });
    expect(await addressOf('mx.unsigned.test', below)).toMatchObject({
      kind: 'insecure',
      records: ['192.0.2.1'],
    });
    expect(await tlsaOf('mx.unsigned.test', below)).toMatchObject({ kind: 'insecure', denial: 'nxdomain' });
    expect(await tlsaOf('unsigned.test', below)).toMatchObject({ kind: 'insecure', denial: 'nxdomain' });
  });

  it("of DS must be the parent's", async () => {
    const stripped = drop(
      () => true,
      (name, type) => name === 'signed.test' && type === TYPE.DS,
    );
    const unsigned: Tamper = (reply, question) => {
      const left = stripped(reply, question);
      return { ...left, answer: left.answer.filter((each) => !isSignature(each)) };
    };
    expect(await addressOf('mx.signed.test', worldOf({}, { signing }, stripped))).toMatchObject(bogus);
    expect(await addressOf('mx.signed.test', worldOf({}, { signing }, unsigned))).toMatchObject(bogus);
    // The child's own denial at its apex, where DS never stands.
    const childs: Tamper = (reply, { name, type }) =>
      name === 'signed.test' && type === TYPE.DS
        ? { rcode: 0, answer: [], authority: denialsOf(signing) }
        : reply;
    expect(await addressOf('mx.signed.test', worldOf({ signing }, { signing }, childs))).toMatchObject(bogus);
  });

  it('by the parent says nothing about the names of a zone below it', async () => {
    const parents: Tamper = (reply, { name, type }) =>
      name === 'mx.signed.test' && type === TYPE.A
        ? { rcode: 3, answer: [], authority: denialsOf(signing, 'test', { signing }) }
        : reply;
    expect(await addressOf('mx.signed.test', worldOf({}, { signing }, parents))).toMatchObject(bogus);
  });

  it('by the parent says nothing about the top of a zone below it, but for DS', async () => {
    const parents: Tamper = (reply, { name, type }) =>
      name === 'signed.test' && type === TYPE.MX
        ? { rcode: 0, answer: [], authority: denialsOf(signing, 'test', { signing }) }
        : reply;
    const dns = resolverOf(worldOf({}, { signing }, parents));
    expect(await dns['dns.mx']({ name: 'signed.test', deadlineMs: 60_000 }, never)).toMatchObject(bogus);
  });

  it('shows that a wildcard may stand for a name, and without it the answer is bogus', async () => {
    const records = [tlsa('*.signed.test'), a('mx.signed.test')];
    const wild = { signing, records };
    expect(await tlsaOf('other.signed.test', worldOf(wild))).toMatchObject({
      kind: 'secure',
      records: [{ usage: 3 }],
    });
    const unproven: Tamper = (reply, { name }) =>
      name.startsWith('_25') ? { ...reply, authority: [] } : reply;
    expect(await tlsaOf('other.signed.test', worldOf(wild, {}, unproven))).toMatchObject(bogus);
  });

  it('keeps a wildcard from names that exist', async () => {
    const records = [record('*.signed.test', 'A', 'c0000263'), a('mx.signed.test')];
    const key = keyOf('signed.test');
    const wildcard = records.slice(0, 1);
    const expand = [...wildcard, signature(wildcard, 'signed.test', key)].map((each) => ({
      ...each,
      owner: 'mx.signed.test',
    }));
    const replay: Tamper = (reply, { name, type }) =>
      name === 'mx.signed.test' && type === TYPE.A
        ? { rcode: 0, answer: expand, authority: denialsOf(signing, 'signed.test', { signing, records }) }
        : reply;
    expect(await addressOf('mx.signed.test', worldOf({ signing, records }, {}, replay))).toMatchObject(bogus);
  });

  it('shows that a wildcard has no such type', async () => {
    const records = [tlsa('*.signed.test')];
    expect(await addressOf('x.signed.test', worldOf({ signing, records }))).toMatchObject({
      kind: 'secure',
      denial: 'nodata',
    });
  });
});

/** Every denial that a zone of such a world has, with signatures. */
function denialsOf(
  signing: Signing,
  zone = 'signed.test',
  top: Partial<ZoneSpec> = {},
): readonly WireRecord[] {
  let found: readonly WireRecord[] = [];
  const spy: Tamper = (reply, { name }) => {
    if (name === `nothing.${zone}`) found = reply.authority;
    return reply;
  };
  const world = zone === 'test' ? worldOf({}, top, spy) : worldOf({ signing, ...top }, {}, spy);
  void world.transport(queryFor(`nothing.${zone}`), { endsAt: 0, signal: never });
  return found;
}

function queryFor(name: string): Buffer {
  return Buffer.concat([Buffer.alloc(12), nameOctets(name), Buffer.from([0, 1, 0, 1])]);
}

it("a wildcard's own denial is not expanded to names that exist (RFC 4035, Section 2.3)", async () => {
  const own = { records: [a('*.signed.test'), tlsa('_25._tcp.signed.test')] };
  const moved: Tamper = (reply, { name }) => {
    const denials = denialsOf('nsec', 'signed.test', own).filter(({ owner }) => owner.startsWith('*'));
    return name === '_25._tcp.signed.test'
      ? { rcode: 0, answer: [], authority: denials.map((each) => ({ ...each, owner: name })) }
      : reply;
  };
  expect(await tlsaOf('signed.test', worldOf(own))).toMatchObject({
    kind: 'secure',
    records: [{ usage: 3 }],
  });
  expect(await tlsaOf('signed.test', worldOf(own, {}, moved))).toMatchObject(bogus);
});

describe('opt-out', () => {
  it('leaves open whether an unsigned zone is there: insecure (RFC 5155, Section 9.2)', async () => {
    const optedOut = () => worldOf({}, { signing: 'nsec3-opt-out' });
    expect(await addressOf('mx.unsigned.test', optedOut())).toMatchObject({
      kind: 'insecure',
      records: ['192.0.2.1'],
    });
    expect(await addressOf('nothing.test', optedOut())).toMatchObject({
      kind: 'insecure',
      denial: 'nxdomain',
    });
    expect(await addressOf('mx.signed.test', optedOut())).toMatchObject({ kind: 'secure' });
  });

  it('leaves open whether a wildcard stands for a name: insecure, as is all below it', async () => {
    const records = [a('*.signed.test'), cname('*.mx.signed.test', 'signed.test')];
    const optedOut = () => worldOf({ signing: 'nsec3-opt-out', records });
    expect(await addressOf('no.signed.test', optedOut())).toMatchObject({
      kind: 'insecure',
      records: ['192.0.2.1'],
    });
    // The question for DS is answered by the wildcard's alias, and the address by nobody who signs.
    const unsigned: Tamper = (reply, { name, type }) =>
      name === 'a.sub.mx.signed.test' && type === TYPE.A
        ? { rcode: 0, answer: [a(name)], authority: [] }
        : reply;
    const world = worldOf({ signing: 'nsec3-opt-out', records }, {}, unsigned);
    expect(await addressOf('a.sub.mx.signed.test', world)).toMatchObject({ kind: 'insecure' });
    const strict = worldOf({ signing: 'nsec3', records }, {}, unsigned);
    expect(await addressOf('a.sub.mx.signed.test', strict)).toMatchObject(bogus);
  });

  it('does not hide a signed delegation', async () => {
    const stripped: Tamper = (reply, { name, type }) =>
      name === 'signed.test' && type === TYPE.DS
        ? { rcode: 0, answer: [], authority: denialsOf('nsec', 'test', { signing: 'nsec3-opt-out' }) }
        : reply;
    const world = worldOf({}, { signing: 'nsec3-opt-out' }, stripped);
    expect(await addressOf('mx.signed.test', world)).toMatchObject(bogus);
  });
});

describe('what is not signed as it must be', () => {
  it.each([
    ['expired', [-HOUR, -1], 7],
    ['in the future', [1, HOUR], 8],
  ] as const)('a signature that is %s makes it bogus, by one second', async (_, validity, extendedError) => {
    expect(await addressOf('mx.signed.test', worldOf({ validity }))).toEqual({ ...bogus, extendedError });
  });

  it('a signature holds in its first and last second', async () => {
    expect(await addressOf('mx.signed.test', worldOf({ validity: [0, HOUR] }))).toMatchObject({
      kind: 'secure',
    });
    expect(await addressOf('mx.signed.test', worldOf({ validity: [-HOUR, 0] }))).toMatchObject({
      kind: 'secure',
    });
  });

  it('a key that no DS vouches for', async () => {
    expect(await addressOf('mx.signed.test', worldOf({ ds: 'wrong' }))).toEqual({
      ...bogus,
      extendedError: 9,
    });
  });

  it("a trust anchor that is not the root's", async () => {
    const trustAnchors = [{ ...worldOf().anchorOf('test'), name: '' }];
    expect(await addressOf('mx.signed.test', worldOf(), { trustAnchors })).toMatchObject(bogus);
  });

  it('signatures taken away, or those of somebody else', async () => {
    const stripped = drop(isSignature, (name, type) => name === 'mx.signed.test' && type === TYPE.A);
    expect(await addressOf('mx.signed.test', worldOf({}, {}, stripped))).toEqual({
      ...bogus,
      extendedError: 10,
    });
    const forged: Tamper = (reply, { name, type }) => {
      const set = [a('mx.signed.test', 66)];
      const by = signature(set, 'signed.test', { ...keyOf('signed.test'), sign: keyOf('evil').sign });
      return name === 'mx.signed.test' && type === TYPE.A ? { ...reply, answer: [...set, by] } : reply;
    };
    expect(await addressOf('mx.signed.test', worldOf({}, {}, forged))).toEqual({
      ...bogus,
      extendedError: 6,
    });
  });

  it('a signature by a zone that is not above the name, or by one that is unsigned', async () => {
    const by =
      (zone: string): Tamper =>
      (reply, { name, type }) => {
        const set = [a('mx.signed.test', 66)];
        const answer = [...set, signature(set, zone, keyOf(zone))];
        return name === 'mx.signed.test' && type === TYPE.A ? { ...reply, answer } : reply;
      };
    expect(await addressOf('mx.signed.test', worldOf({}, {}, by('unsigned.test')))).toMatchObject(bogus);
    expect(await addressOf('mx.signed.test', worldOf({}, {}, by('mx.signed.test')))).toMatchObject(bogus);
  });

  it('a signature by a zone above the one that the name is in by RFC 4035, Section 5.3.1', async () => {
    const of = (types: readonly number[], forged: (name: string) => readonly WireRecord[]): Tamper => {
      return (reply, { name, type }) => {
        if (!isAtOrBelow(name, 'signed.test') || !types.includes(type)) return reply;
        const set = forged(name);
        return { rcode: 0, answer: [...set, signature(set, 'test', keyOf('test'))], authority: [] };
      };
    };
    const forgers: readonly (readonly [Tamper, string])[] = [
      [of([TYPE.A], (name) => [a(name, 66)]), 'mx.signed.test'],
      [of([TYPE.A], (name) => [a(name, 66)]), 'signed.test'],
      [of([TYPE.A], (name) => [a(name, 66)]), 'nowhere.deep.signed.test'],
      [of([TYPE.A], (name) => [cname(name, 'mx.signed.test')]), 'alias.signed.test'],
      [of([TYPE.A], () => [record('signed.test', 'DNAME', nameOctets('test'))]), 'x.signed.test'],
    ];
    for (const [tamper, name] of forgers)
      expect(await addressOf(name, worldOf({}, {}, tamper)), name).toMatchObject(bogus);
    expect(
      await tlsaOf(
        'mx.signed.test',
        worldOf(
          {},
          {},
          of([TYPE.TLSA], (name) => [tlsa(name)]),
        ),
      ),
    ).toMatchObject(bogus);
  });

  it('a denial by a zone above the one that the name is in', async () => {
    const gap = (owner: string, next: string, ...types: number[]) => {
      const bits = Buffer.alloc(8);
      for (const type of types) bits[type >>> 3]! |= 0x80 >>> (type & 7);
      const set = [record(owner, 'NSEC', Buffer.concat([nameOctets(next), Buffer.from([0, 8]), bits]))];
      return [...set, signature(set, 'test', keyOf('test'))];
    };
    const denials = [
      gap('_25._tcp.mx.signed.test', 'zz.test', TYPE.A, TYPE.RRSIG, TYPE.NSEC),
      [...gap('aa.test', 'zz.test', TYPE.A), ...gap('test', 'aa.test', TYPE.SOA, TYPE.NS)],
    ];
    for (const authority of denials) {
      const tamper: Tamper = (reply, { type }) =>
        type === TYPE.TLSA ? { rcode: 3, answer: [], authority } : reply;
      expect(await tlsaOf('mx.signed.test', worldOf({}, {}, tamper))).toMatchObject(bogus);
    }
  });

  it('a record more or less than was signed', async () => {
    const more: Tamper = (reply, { name, type }) =>
      name === 'mx.signed.test' && type === TYPE.A
        ? { ...reply, answer: [...reply.answer, a(name, 2)] }
        : reply;
    expect(await addressOf('mx.signed.test', worldOf({}, {}, more))).toMatchObject(bogus);
  });

  it('an algorithm that nobody here knows makes the zone insecure (RFC 4035, Section 5.2)', async () => {
    for (const algorithm of [5, 7, 12, 253]) {
      expect(await addressOf('mx.signed.test', worldOf({ algorithm }))).toMatchObject({ kind: 'insecure' });
    }
  });

  it('a signed zone whose parent proves that it has no DS is insecure', async () => {
    expect(await addressOf('mx.signed.test', worldOf({ ds: 'missing' }))).toMatchObject({ kind: 'insecure' });
  });

  it('a resolver that fails or knows nothing of DNSSEC is a failure, for unsigned zones too (DANE-2.1.1-3, DANE-2.1.1-6)', async () => {
    const refusing: Tamper = (reply, { type }) =>
      type === TYPE.DS ? { ...reply, rcode: 5, answer: [], authority: [] } : reply;
    expect(await addressOf('mx.unsigned.test', worldOf({}, {}, refusing))).toMatchObject({
      kind: 'failed',
      cause: 'refused',
    });
    const failing: Tamper = (reply) => ({ ...reply, rcode: 2 });
    expect(await addressOf('mx.unsigned.test', worldOf({}, {}, failing))).toMatchObject({
      kind: 'failed',
      cause: 'servfail',
    });
    const ignorant = drop(({ type }) => [TYPE.RRSIG, TYPE.NSEC].some((each) => each === type));
    expect(await addressOf('mx.unsigned.test', worldOf({}, {}, ignorant))).toMatchObject(bogus);
  });
});

describe('aliases', () => {
  const aliased = (target: string) => ({ records: [cname('www.signed.test', target), a('mx.signed.test')] });

  it('are secure from end to end or not at all (DANE-2.1.3-2)', async () => {
    expect(await addressOf('www.signed.test', worldOf(aliased('mx.signed.test')))).toMatchObject({
      kind: 'secure',
      records: ['192.0.2.1'],
      aliases: ['mx.signed.test'],
    });
    expect(await addressOf('www.signed.test', worldOf(aliased('mx.unsigned.test')))).toMatchObject({
      kind: 'insecure',
      records: ['192.0.2.1'],
    });
    const out: ZoneSpec = {
      name: 'out.test',
      signing: 'none',
      records: [cname('out.test', 'mx.signed.test')],
    };
    expect(await addressOf('out.test', worldOf({}, {}, undefined, [out]))).toMatchObject({
      kind: 'insecure',
    });
  });

  it('lead to denials too, and to failures', async () => {
    expect(await addressOf('www.signed.test', worldOf(aliased('no.signed.test')))).toMatchObject({
      kind: 'secure',
      denial: 'nxdomain',
    });
    const stripped = drop(isSignature, (name, type) => name === 'mx.signed.test' && type === TYPE.A);
    expect(
      await addressOf('www.signed.test', worldOf(aliased('mx.signed.test'), {}, stripped)),
    ).toMatchObject(bogus);
  });

  it('without a signature are bogus in a signed zone', async () => {
    const stripped = drop(isSignature, (name) => name === 'www.signed.test');
    expect(
      await addressOf('www.signed.test', worldOf(aliased('mx.signed.test'), {}, stripped)),
    ).toMatchObject(bogus);
  });

  it('are answered to who asks for them', async () => {
    const dns = resolverOf(worldOf(aliased('mx.signed.test')));
    expect(await dns['dns.cname']({ name: 'www.signed.test', deadlineMs: 60_000 }, never)).toMatchObject({
      kind: 'secure',
      records: ['mx.signed.test'],
      aliases: [],
    });
  });

  it.each<Signing>(['nsec', 'nsec3', 'nsec3-opt-out'])(
    'of a wildcard are no proof that there is no zone, and one that is replayed is not kept (%s)',
    async (signing) => {
      const wild = [{ ...cname('*.signed.test', 'elsewhere.test'), ttl: 86_400 }];
      const own = { signing, records: [...wild, a('x.signed.test')] };
      const sub: ZoneSpec = { name: 'sub.signed.test', signing: 'nsec', records: [a('mx.sub.signed.test')] };
      const moved = [...wild, signature(wild, 'signed.test', keyOf('signed.test'))].map((each) => ({
        ...each,
        owner: 'sub.signed.test',
      }));
      let proof: readonly WireRecord[] = [];
      let isReplayed = true;
      const replay: Tamper = (reply, { name, type }) => {
        if (name === 'no.x.signed.test') proof = reply.authority;
        const isIt = isReplayed && name === 'sub.signed.test' && type === TYPE.DS;
        return isIt ? { rcode: 0, answer: moved, authority: proof } : reply;
      };
      const world = worldOf(own, {}, replay, [sub]);
      const dns = resolverOf(world);
      const ask = async () =>
        (await dns['dns.addresses']({ name: 'mx.sub.signed.test', deadlineMs: 60_000 }, never)).a;
      expect(await ask()).toEqual({ ...bogus, extendedError: 12 });
      // With all denials that the zone has.
      await addressOf('no.x.signed.test', world);
      expect(proof).not.toEqual([]);
      expect(await ask()).toEqual({ ...bogus, extendedError: 12 });
      isReplayed = false;
      expect(await ask()).toMatchObject({ kind: 'secure', records: ['192.0.2.1'] });
    },
  );

  it('of a wildcard lead on from names that do not exist', async () => {
    const records = [cname('*.signed.test', 'mx.signed.test'), a('mx.signed.test')];
    for (const signing of ['nsec', 'nsec3'] as const)
      expect(await addressOf('no.where.signed.test', worldOf({ signing, records }))).toMatchObject({
        kind: 'secure',
        aliases: ['mx.signed.test'],
      });
  });

  it('to names of odd octets are followed (RFC 2181, Section 11)', async () => {
    for (const odd of [`${'\\001'.repeat(61)}.signed.test`, 'a\\046b.a\\032b\\092.signed.test']) {
      const records = [cname('_25._tcp.mx.signed.test', odd), tlsa(odd), a('mx.signed.test')];
      for (const signing of ['nsec', 'nsec3'] as const) {
        const world = worldOf({ signing, records });
        expect(await tlsaOf('mx.signed.test', world), odd).toMatchObject({
          kind: 'secure',
          records: [{ usage: 3, selector: 1, matching: 1 }],
          aliases: [odd],
        });
        expect(await addressOf(odd, world)).toMatchObject({ kind: 'secure', denial: 'nodata' });
        expect(await addressOf(`x.${odd}`, world)).toMatchObject({ kind: 'secure', denial: 'nxdomain' });
      }
    }
  });

  it('that a resolver cannot follow are aliases all the same, and nothing else is', async () => {
    const circle = [cname('www.signed.test', 'web.signed.test'), cname('web.signed.test', 'www.signed.test')];
    const failing: Tamper = (reply, { type }) =>
      type === TYPE.DS && reply.answer.length > 0 ? { ...reply, rcode: 2, answer: [], authority: [] } : reply;
    const isCircle = (name: string) => /^w[we]/.test(name);
    const ask = async (tamper: Tamper, name: string) =>
      resolverOf(worldOf({ records: circle }, {}, tamper))['dns.cname']({ name, deadlineMs: 60_000 }, never);
    const inCircle: Tamper = (reply, question) =>
      isCircle(question.name) ? failing(reply, question) : reply;
    expect(await ask(inCircle, 'www.signed.test')).toMatchObject({
      kind: 'secure',
      records: ['web.signed.test'],
    });
    expect(await ask(inCircle, 'x.www.signed.test')).toMatchObject({ kind: 'secure', denial: 'nxdomain' });
    expect(await ask(failing, 'www.signed.test')).toMatchObject({ kind: 'failed', cause: 'servfail' });
    const unsigned: Tamper = (reply, question) =>
      drop(isSignature, (name, type) => name === 'www.signed.test' && type === TYPE.CNAME)(
        inCircle(reply, question),
        question,
      );
    expect(await ask(unsigned, 'x.www.signed.test')).toMatchObject(bogus);
  });

  it('come to an end: sixteen are followed (DNS names that go in circles)', async () => {
    expect(await addressOf('www.signed.test', worldOf(aliased('www.signed.test')))).toMatchObject({
      kind: 'failed',
      cause: 'malformed',
    });
  });

  it('of DNAME are made here, from what is signed (RFC 6672)', async () => {
    const dname = (target: string) => ({
      records: [record('old.signed.test', 'DNAME', nameOctets(target)), a('mx.new.signed.test')],
    });
    expect(await addressOf('mx.old.signed.test', worldOf(dname('new.signed.test')))).toMatchObject({
      kind: 'secure',
      records: ['192.0.2.1'],
      aliases: ['mx.new.signed.test'],
    });
    const dns = resolverOf(worldOf(dname('new.signed.test')));
    expect(await dns['dns.cname']({ name: 'mx.old.signed.test', deadlineMs: 60_000 }, never)).toMatchObject({
      kind: 'secure',
      records: ['mx.new.signed.test'],
    });
    const evil: Tamper = (reply, { name }) =>
      name === 'mx.old.signed.test'
        ? { ...reply, answer: [...reply.answer, cname(name, 'mx.evil.test')] }
        : reply;
    const lied = resolverOf(worldOf(dname('new.signed.test'), {}, evil));
    expect(await lied['dns.cname']({ name: 'mx.old.signed.test', deadlineMs: 60_000 }, never)).toMatchObject({
      kind: 'failed',
    });
    const stripped = drop(isSignature, (name) => name === 'mx.old.signed.test');
    expect(
      await addressOf('mx.old.signed.test', worldOf(dname('new.signed.test'), {}, stripped)),
    ).toMatchObject(bogus);
  });
});

it('a redirection to a name that DNS cannot hold is a failure, and no denial (RFC 6672, Section 2.2)', async () => {
  const long = `${'x'.repeat(60)}.`.repeat(3);
  const records = [record('old.signed.test', 'DNAME', nameOctets(`${long}signed.test`))];
  const ask = (name: string) => addressOf(name, worldOf({ records }));
  expect(await ask(`${'x'.repeat(53)}.old.signed.test`)).toMatchObject({
    kind: 'secure',
    denial: 'nxdomain',
  });
  expect(await ask(`${'x'.repeat(63)}.old.signed.test`)).toMatchObject({
    kind: 'failed',
    cause: 'malformed',
  });
});

describe('bounds', () => {
  const NSEC3 = { signing: 'nsec3' } as const;

  it('more than 100 iterations of NSEC3 are a failure, with its own code', async () => {
    const ofIterations = (iterations: number) => tlsaOf('signed.test', worldOf({ ...NSEC3, iterations }));
    expect(await ofIterations(100)).toMatchObject({ kind: 'secure', denial: 'nxdomain' });
    expect(await ofIterations(101)).toEqual({ kind: 'failed', cause: 'servfail', extendedError: 27 });
  });

  it('names that cost too much to hash are a failure, with the same code (CVE-2023-50868)', async () => {
    const deep = `${'a.'.repeat(100)}signed.test`;
    const records = [record('*.signed.test', 'TXT', '0161')];
    const ask = (iterations: number) => addressOf(deep, worldOf({ ...NSEC3, iterations, records }));
    expect(await ask(10)).toMatchObject({ kind: 'secure', denial: 'nodata' });
    expect(await ask(100)).toEqual({ kind: 'failed', cause: 'servfail', extendedError: 27 });
  });

  it('keys take no more memory than they may, and what cannot verify anything takes none', async () => {
    // Of 4096 bits, so that each could be the one.
    const huge = Array.from({ length: 50 }, (_, i) =>
      record('', 'DNSKEY', Buffer.concat([Buffer.from([1, 0, 3, 8, 1, 3, i]), Buffer.alloc(511, 0xc1)])),
    );
    const zones = ['a.test', 'b.test', 'c.test'].map(
      (name): ZoneSpec => ({
        name,
        signing: 'nsec',
        records: [a(name), ...huge.map((each) => ({ ...each, owner: name }))],
      }),
    );
    const world = worldOf({}, {}, undefined, zones);
    const keysOf = (name: string) => world.asked.filter((each) => each === `${name} 48`).length;
    const askTwice = async (own: Partial<ValidatingDnsOptions>) => {
      const dns = resolverOf(world, own);
      for (const name of ['a.test', 'b.test', 'c.test', 'c.test', 'a.test']) {
        const { a: answer } = await dns['dns.addresses']({ name, deadlineMs: 60_000 }, never);
        expect(answer).toMatchObject({ kind: 'secure' });
      }
      const counts = ['a.test', 'b.test', 'c.test'].map(keysOf);
      world.asked.length = 0;
      return counts;
    };
    expect(await askTwice({})).toEqual([1, 1, 1]);
    expect(await askTwice({ delegationBytesMax: 150_000 })).toEqual([2, 1, 1]);
    const [one] = huge.map(({ rdata }) => rdata);
    const tooLong = Buffer.concat([one!, Buffer.alloc(1)]);
    expect(zoneKeys([one!, tooLong, one!.subarray(0, 100), one!.subarray(0, 4)])).toEqual([
      { keyTag: keyTagOf(one!), algorithm: 8, rdata: one!.toString('base64') },
    ]);
    for (const [algorithm, octets] of [
      [13, 64],
      [14, 96],
      [15, 32],
      [16, 57],
    ] as const) {
      const ofOctets = (count: number) =>
        Buffer.concat([Buffer.from([1, 0, 3, algorithm]), Buffer.alloc(count)]);
      expect(zoneKeys([octets - 1, octets, octets + 1].map(ofOctets))).toHaveLength(1);
    }
  });

  it('signatures and keys that go together without verifying are not tried for ever (CVE-2023-50387)', async () => {
    const set = [a('mx.signed.test')];
    const right = signature(set, 'signed.test', keyOf('signed.test'));
    const wrong = (i: number) => {
      const rdata = Buffer.from(right.rdata);
      rdata[rdata.length - 1]! ^= i + 1;
      return { ...right, rdata };
    };
    const flood =
      (count: number): Tamper =>
      (reply, { name, type }) =>
        name === 'mx.signed.test' && type === TYPE.A
          ? { ...reply, answer: [...set, ...Array.from({ length: count }, (_, i) => wrong(i)), right] }
          : reply;
    expect(await addressOf('mx.signed.test', worldOf({}, {}, flood(7)))).toMatchObject({ kind: 'secure' });
    expect(await addressOf('mx.signed.test', worldOf({}, {}, flood(8)))).toMatchObject(bogus);
  });

  it('nothing is asked for below a name that does not exist, though a wildcard stands for it', async () => {
    const world = worldOf({ records: [record('*.signed.test', 'A', '01020304')] });
    expect(await addressOf(`${'a.'.repeat(60)}signed.test`, world)).toMatchObject({ kind: 'secure' });
    expect(world.asked.length).toBeLessThan(12);
  });

  it('a lookup ends, however long the name and however many zones', async () => {
    const name = `${'z.'.repeat(60)}signed.test`;
    const zones: ZoneSpec[] = [];
    for (let rest = name; rest !== 'signed.test'; rest = rest.slice(rest.indexOf('.') + 1)) {
      zones.push({ name: rest, signing: 'nsec', records: [a(rest)] });
    }
    const world = worldOf({}, {}, undefined, zones);
    expect(await addressOf(name, world)).toMatchObject({ kind: 'failed' });
    expect(world.asked.length).toBeLessThanOrEqual(96);
  });

  it('a trust anchor that cannot be used is refused at once', () => {
    const { transport, anchorOf } = worldOf();
    const start = (trustAnchors: ValidatingDnsOptions['trustAnchors']) => () =>
      validatingDnsOver(transport, { now: Date.now, trustAnchors: trustAnchors! });
    expect(start([])).toThrow(TypeError);
    expect(start([{ ...anchorOf(''), algorithm: 5 }])).toThrow(TypeError);
    const { digest } = anchorOf('');
    for (const wrong of ['no', '', 'ab', digest.slice(2), `${digest}00`, digest.slice(1)])
      expect(start([{ ...anchorOf(''), digest: wrong }]), wrong).toThrow(TypeError);
    expect(start([{ ...anchorOf(''), digest: digest.toUpperCase() }])).not.toThrow();
  });
});

describe('whatever the octets are', () => {
  it('nothing is thrown, and nothing else becomes secure', async () => {
    const good = { kind: 'secure', records: ['192.0.2.1'] };
    const world = worldOf();
    const changes = fc.array(fc.record({ at: fc.nat(), to: fc.nat(255) }), { minLength: 1, maxLength: 6 });
    const chosen = fc.constantFrom('mx.signed.test 1', 'signed.test 43', 'signed.test 48', ' 48', 'test 43');
    await fc.assert(
      fc.asyncProperty(chosen, changes, fc.boolean(), async (key, edits, isCut) => {
        const garbled: typeof world.transport = async (query, patience) => {
          const octets = (await world.transport(query, patience)) as Buffer;
          if (world.asked.at(-1) !== key) return octets;
          for (const { at, to } of edits) octets[at % octets.length] = to;
          return isCut ? octets.subarray(0, edits[0]!.at % octets.length) : octets;
        };
        const answer = await addressOf('mx.signed.test', { ...world, transport: garbled });
        expect(['secure', 'failed']).toContain(answer.kind);
        // Only what was signed is ever secure: an edit may have hit nothing that matters.
        if (answer.kind === 'secure') expect(answer).toMatchObject(good);
      }),
      { numRuns: 400 },
    );
  });

  it('a denial never becomes insecure, or another one, by changing it', async () => {
    const changes = fc.array(fc.record({ at: fc.nat(), to: fc.nat(255) }), { minLength: 1, maxLength: 6 });
    const worlds = (['nsec', 'nsec3'] as const).map((signing) => worldOf({ signing }));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...worlds), changes, async (world, edits) => {
        const garbled: typeof world.transport = async (query, patience) => {
          const octets = (await world.transport(query, patience)) as Buffer;
          if (world.asked.at(-1) !== '_25._tcp.signed.test 52') return octets;
          for (const { at, to } of edits) octets[at % octets.length] = to;
          return octets;
        };
        const answer = await tlsaOf('signed.test', { ...world, transport: garbled });
        expect(answer.kind).not.toBe('insecure');
        if (answer.kind === 'secure') expect(answer.denial).toBe('nxdomain');
      }),
      { numRuns: 300 },
    );
  });

  it('a reply put together from signed parts of others never denies or replaces what is there', async () => {
    const parts = (['nsec', 'nsec3'] as const).map((signing) => {
      const found: WireRecord[] = [];
      let tamper: Tamper = (reply) => {
        found.push(...reply.answer, ...reply.authority);
        return reply;
      };
      const world = worldOf({ signing }, { signing }, (reply, question) => tamper(reply, question));
      const tamperWith = (mix: Tamper) => {
        tamper = mix;
      };
      return { found, world, tamperWith };
    });
    for (const { world } of parts) {
      for (const name of ['mx.signed.test', 'x.signed.test', 'x.test', 'x', 'unsigned.test'])
        await addressOf(name, world);
    }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...parts),
        fc.constantFrom('mx.signed.test 1', 'signed.test 43'),
        fc.infiniteStream(fc.nat(1)),
        fc.constantFrom(0, 3),
        async ({ found, world, tamperWith }, key, dice, rcode) => {
          tamperWith((reply, { name, type }) => {
            if (`${name} ${type}` !== key) return reply;
            const chosen = found.filter(() => dice.next().value === 1).slice(0, 40);
            const answer: Reply['answer'] = chosen.filter(({ owner }) => owner === name);
            return { rcode, answer, authority: chosen };
          });
          const answer = await addressOf('mx.signed.test', world);
          expect(answer.kind).not.toBe('insecure');
          if (answer.kind === 'secure') expect(answer.records).toEqual(['192.0.2.1']);
        },
      ),
      { numRuns: 300 },
    );
  });
});
