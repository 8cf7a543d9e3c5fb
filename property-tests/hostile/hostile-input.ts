/*
 * Hostile octets for everything that reads what servers of others say: DNS messages, certificates, TLSA records. The
 * suite runs a few, `npm run hostile` runs as many as an attacker with some patience.
 */
import {
  FLAGS,
  mx,
  name,
  opt,
  type RecordSpec,
  response,
  soa,
  strings,
} from '../../src/adapters/node/dns/messages.fixture.js';
import { readTlsa } from '../../src/adapters/node/dns/tlsa-record.js';
import { decodeResponse, type RecordType } from '../../src/adapters/node/dns/wire.js';
import { CertificateReader } from '../../src/adapters/node/x509/index.js';
import { recordsToMatch } from '../../src/policy/dane/usability.js';
import { makeStock } from '../arbitraries/certificate-files.js';
import { Dice } from '../arbitraries/dice.js';
import { damage } from './damage.js';

export interface Tally {
  /** What was made of the inputs, by kind. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Of the processor's time, so that a busy machine does not count. */
  readonly slowestMs: number;
}

/** One input, made and read; says what came out. */
export type Probe = (dice: Dice) => string | Promise<string>;

/** Whatever throws is a defect, and ends the run with the seed to see it again. */
export async function run(probe: Probe, count: number, seed: number): Promise<Tally> {
  const dice = new Dice(seed);
  const outcomes: Record<string, number> = {};
  let slowestMs = 0;
  for (let at = 0; at < count; at++) {
    const before = process.cpuUsage();
    const outcome = await probe(dice);
    const { user, system } = process.cpuUsage(before);
    slowestMs = Math.max(slowestMs, (user + system) / 1000);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return { outcomes, slowestMs };
}

const ID = 4711;

/** Responses of every type that is read, damaged. */
export function dnsProbe(rdatas: readonly Buffer[]): Probe {
  const owner = 'mx.example';
  const answers: readonly (readonly [RecordType, readonly RecordSpec[]])[] = [
    ['A', [{ owner, type: 'A', rdata: Buffer.from([192, 0, 2, 1]) }]],
    ['AAAA', [{ owner, type: 'AAAA', rdata: Buffer.alloc(16, 7) }]],
    [
      'MX',
      [10, 20].map((preference) => ({ owner, type: 'MX', rdata: mx(preference, `mx${preference}.example`) })),
    ],
    ['CNAME', [{ owner, type: 'CNAME', rdata: name('elsewhere.example') }]],
    ['TXT', [{ owner, type: 'TXT', rdata: strings('v=STSv1; ', 'id=1;') }]],
    ['TLSA', rdatas.slice(0, 4).map((rdata) => ({ owner, type: 'TLSA', rdata }))],
    ['A', [{ owner, type: 'CNAME', rdata: Buffer.from([0xc0, 12]) }]],
    ['MX', []],
  ];
  const seeds = answers.map(([type, answer]) => ({
    query: { id: ID, name: owner, type, wantsAd: true, edns: true } as const,
    octets: response(
      { id: ID, name: owner, type },
      { flags: FLAGS.response | FLAGS.ad, answer, authority: [soa(60)], additional: [opt(6)] },
    ),
  }));
  return (dice) => {
    const { query, octets } = dice.pick(seeds);
    const damaged = damage(octets, dice);
    // Else three of four would be nobody's answer, and nothing behind the header would be read.
    if (damaged.length >= 12 && dice.below(4) > 0) octets.copy(damaged, 0, 0, 4);
    const decoded = decodeResponse(damaged, query);
    if (typeof decoded === 'string') return decoded;
    for (const record of decoded.answers) if (record.type === 'TLSA') readTlsa(record.data);
    return 'read';
  };
}

export function certificateProbe(certificates: readonly Buffer[]): Probe {
  const reader = new CertificateReader();
  return async (dice) =>
    (await reader.read(damage(dice.pick(certificates), dice))) === null ? 'refused' : 'read';
}

export function tlsaProbe(rdatas: readonly Buffer[]): Probe {
  return (dice) => {
    const record = readTlsa(damage(dice.pick(rdatas), dice));
    return recordsToMatch([record]).length === 1 ? 'usable' : 'unusable';
  };
}

/** All probes by name. */
export async function makeProbes(): Promise<Readonly<Record<'dns' | 'certificates' | 'tlsa', Probe>>> {
  const { chains, rdatas } = await makeStock();
  return {
    dns: dnsProbe(rdatas),
    certificates: certificateProbe(chains.flat()),
    tlsa: tlsaProbe(rdatas),
  };
}
