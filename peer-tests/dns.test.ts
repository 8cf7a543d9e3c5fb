/* What our DNS adapter makes of Unbound's answers about zones of every kind, good and bad, that NSD serves. */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeDns } from '../src/adapters/node/index.js';
import type { DnsAnswer } from '../src/policy/dns/answer.js';
import type { Daemon } from './daemon.js';
import { startNsd } from './nsd.js';
import { startUnbound } from './unbound.js';
import type { Zone } from './zones.js';

const MANY = 300;

const zone = (
  name: string,
  signing: Zone['signing'],
  records: readonly string[] = [],
  more: Partial<Zone> = {},
): Zone => ({
  name,
  signing,
  records,
  servedBy: 'name-server',
  isIsland: false,
  spoilt: [],
  ...more,
});

const NO_SUCH_KEY = `12345 13 2 ${'ab'.repeat(32)}`;

const zones: readonly Zone[] = [
  zone('', 'nsec'),
  zone('test', 'nsec3-opt-out', [`stripped.test. 300 IN DS ${NO_SUCH_KEY}`]),
  zone('signed.test', 'nsec', [
    'signed.test. 300 IN MX 10 mx.signed.test.',
    'mx.signed.test. 300 IN A 192.0.2.1',
    'to-unsigned.signed.test. 300 IN CNAME unsigned.test.',
    'to-hashed.signed.test. 300 IN CNAME hashed.test.',
    'to-expired.signed.test. 300 IN CNAME expired.test.',
    'to-nothing.signed.test. 300 IN CNAME nothing.hashed.test.',
    ...Array.from(
      { length: MANY },
      (_, at) => `many.signed.test. 300 IN MX ${at} mx-${at}.a-long-name.signed.test.`,
    ),
  ]),
  zone('hashed.test', 'nsec3', ['hashed.test. 300 IN MX 10 mx.hashed.test.']),
  zone('unsigned.test', 'none', ['unsigned.test. 300 IN MX 10 mx.unsigned.test.']),
  zone('expired.test', 'expired', ['expired.test. 300 IN MX 10 mx.expired.test.']),
  zone(
    'spoilt.test',
    'nsec',
    ['spoilt.test. 300 IN MX 10 mx.spoilt.test.', 'spoilt.test. 300 IN TXT "well"'],
    {
      spoilt: [{ owner: 'spoilt.test', type: 'MX' }],
    },
  ),
  zone('spoilt-denial.test', 'nsec', ['spoilt-denial.test. 300 IN TXT "well"'], {
    spoilt: [{ owner: 'spoilt-denial.test', type: 'NSEC' }],
  }),
  zone('lying.test', 'nsec', ['lying.test. 300 IN MX 10 mx.lying.test.'], {
    withheld: [{ owner: 'lying.test', type: 'MX' }],
  }),
  zone('stripped.test', 'none', ['stripped.test. 300 IN MX 10 mx.stripped.test.']),
  zone('dead.test', 'none', [], { servedBy: 'nobody' }),
];

const daemons: Daemon[] = [];
const address = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.1`;
const nameServer = { address, port: 5301 };
const resolver = { address, port: 5302 };

beforeAll(async () => {
  const nsd = await startNsd(zones, nameServer);
  daemons.push(nsd);
  daemons.push(await startUnbound({ ...resolver, zones, nameServer, trustAnchors: nsd.trustAnchors }));
});
afterAll(() => Promise.all(daemons.map((daemon) => daemon.stop())));

type Mx = DnsAnswer<{ readonly exchange: string }>;

/** In the words of the rows below. */
function inWords(answer: Mx): string {
  if (answer.kind === 'failed') {
    // Only about bogus answers are all versions of Unbound of one mind what the extended error is.
    const error = answer.cause === 'bogus' ? `, extended error ${answer.extendedError}` : '';
    return `failed: ${answer.cause}${error}`;
  }
  const found = answer.denial ?? answer.records.map(({ exchange }) => exchange).join(' ');
  return `${[answer.kind, ...answer.aliases].join(' via ')}: ${found}`;
}

it.each([
  ['a signed zone (SEC-SVC-1)', 'signed.test', 'secure: mx.signed.test'],
  ['a signed zone has no such type', 'mx.signed.test', 'secure: nodata'],
  ['a signed zone has no such name', 'nothing.signed.test', 'secure: nxdomain'],
  ['a zone with hashed denials', 'hashed.test', 'secure: mx.hashed.test'],
  ['a zone with hashed denials has no such name', 'nothing.hashed.test', 'secure: nxdomain'],
  ['a parent that opts out says nothing for sure (DANE-2.2-3)', 'nothing.test', 'insecure: nxdomain'],
  ['an unsigned delegation', 'unsigned.test', 'insecure: mx.unsigned.test'],
  ['an unsigned delegation has no such name', 'nothing.unsigned.test', 'insecure: nxdomain'],
  ['expired signatures', 'expired.test', 'failed: bogus, extended error 7'],
  ['a spoilt signature', 'spoilt.test', 'failed: bogus, extended error 6'],
  ['a denial with a spoilt signature', 'spoilt-denial.test', 'failed: bogus, extended error 6'],
  ['a denial that lies', 'lying.test', 'failed: bogus, extended error 6'],
  ['a zone that should be signed and is not', 'stripped.test', 'failed: bogus, extended error 9'],
  ['nobody answers', 'dead.test', 'failed: servfail'],
  [
    'an alias into another signed zone (DANE-2.1.3-4)',
    'to-hashed.signed.test',
    'secure via hashed.test: mx.hashed.test',
  ],
  [
    'an alias to nothing in another signed zone',
    'to-nothing.signed.test',
    'secure via nothing.hashed.test: nxdomain',
  ],
  [
    'an alias into an unsigned zone (SEC-4035-3.2.3-1)',
    'to-unsigned.signed.test',
    'insecure via unsigned.test: mx.unsigned.test',
  ],
  [
    'an alias to a zone whose signatures have expired',
    'to-expired.signed.test',
    'failed: bogus, extended error 7',
  ],
])('%s', async (_, name, expected) => {
  expect(inWords(await mxOf(name))).toBe(expected);
});

it('an answer that no datagram holds comes whole, and secure, by TCP (DNS-1035-3)', async () => {
  expect(await mxOf('many.signed.test')).toMatchObject({ kind: 'secure', records: { length: MANY } });
});

it('the same answers are insecure from a resolver that is not trusted (SEC-4035-4.9.3-1)', async () => {
  expect(inWords(await mxOf('signed.test', false))).toBe('insecure: mx.signed.test');
});

function mxOf(name: string, trustAd = true): Promise<Mx> {
  const dns = nodeDns({ servers: [resolver], timeoutMs: 5_000, attempts: 1, trustAd });
  return dns['dns.mx']({ name, deadlineMs: 10_000 }, new AbortController().signal);
}
