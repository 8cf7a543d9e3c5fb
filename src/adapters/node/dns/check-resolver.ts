/*
 * The self-test of a resolver: can DANE be had with it? It is asked about a name that is signed, about one whose signatures
 * are broken on purpose, and, if one is given, about one that is not signed. What follows is said by the table
 * `resolver-self-test`; everything else is for whoever looks for the reason.
 */

import { strictObject } from '../../../effects/codecs/strict-object.js';
import { orNull, Signal, such, wholeFrom } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import { kindOfError, tellingError } from '../../../policy/dns/extended-error.js';
import { resolverSelfTest } from '../../../policy/dns/resolver-self-test.table.js';
import type { resolverTrust } from '../../../policy/dns/resolver-trust.table.js';
import { type Decision, decide } from '../../../policy/kernel/table.js';
import { parseDnsName } from '../../../policy/names/domain-name.js';
import { type Probe, probe, probeQuery, readProbe } from './probe.js';
import { type ResolverConfig, type ResolverServer, trustOf } from './resolver-config.js';
import { ResolversCodec } from './resolvers.codec.js';
import { overTcp } from './transports/tcp.js';
import { UdpLink } from './transports/udp.js';
import { trustsAd } from './trusts-ad.js';
import { readWireQuery } from './wire-query.js';

/** Lower-case, without a final dot; "" is the root. */
export interface CheckNames {
  readonly signed: string;
  readonly bogus: string;
  /** Null: not asked. There is none by default, because any name may be signed one day. */
  readonly unsigned: string | null;
}

/** The root, which is signed for good, and a zone that is kept broken for tests like this one. */
export const CHECK_NAMES: CheckNames = { signed: '', bogus: 'dnssec-failed.org', unsigned: null };

export interface CheckOptions {
  /** For each question to a server. Default 5000. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

const Name = such(
  'a domain name in lower-case A-labels, or "" for the root',
  (value): value is string => value === '' || (typeof value === 'string' && parseDnsName(value) === value),
);
const NamesCodec = strictObject<CheckNames>(
  'the names that are asked for',
  { signed: Name, bogus: Name, unsigned: orNull(Name) },
  ['signed', 'bogus', 'unsigned'],
);
const OptionsCodec = strictObject<CheckOptions>(
  'an object with options',
  { deadlineMs: wholeFrom(1, 2 ** 31 - 1), signal: Signal },
  [],
);

type Verdict = (typeof resolverSelfTest)['verdicts'][number];

export interface ServerCheck {
  readonly server: ResolverServer;
  /** Whether its AD bit would be believed if it were alone. */
  readonly trust: Decision<(typeof resolverTrust)['verdicts'][number]>;
  readonly signed: Probe;
  readonly bogus: Probe;
  /** What it says about the bogus name if it is told not to validate; null: that was not asked, or not needed. */
  readonly bogusUnchecked: Probe | null;
  readonly unsigned: Probe | null;
  /** Null for TLS and HTTPS, which need neither. */
  readonly plain: {
    readonly tcp: 'works' | 'fails';
    /** Whether upper and lower case of the question come back as they were sent; `unknown`: there was no answer by UDP. */
    readonly letterCase: 'kept' | 'changed' | 'unknown';
  } | null;
  readonly decision: Decision<Verdict>;
}

export interface ResolverCheck {
  readonly names: CheckNames;
  /** The worst of all servers, since each may be the one that answers. */
  readonly verdict: Verdict;
  /** In the order of the configuration. */
  readonly servers: readonly ServerCheck[];
}

const DEADLINE_MS = 5000;
const FROM_WORST: readonly Verdict[] = ['does-not-validate', 'cannot-tell', 'validates'];
const SERVFAIL = 2;

/** Looks at every server of a configuration, side by side. Rejects with a {@link MisuseError} for a configuration that cannot be, and else never. */
export async function checkResolver(
  config: ResolverConfig,
  names: CheckNames = CHECK_NAMES,
  options: CheckOptions = {},
): Promise<ResolverCheck> {
  checked(ResolversCodec, config, 'WAXSEAL_BAD_OPTIONS', 'resolver');
  checked(NamesCodec, names, 'WAXSEAL_BAD_OPTIONS', 'names');
  const { deadlineMs = DEADLINE_MS, signal = new AbortController().signal } = checked(
    OptionsCodec,
    options,
    'WAXSEAL_BAD_OPTIONS',
    'options',
  );
  const trusts = trustOf(config);
  const trust = trustsAd(config) ? 'believed' : 'ignored';
  const servers = await Promise.all(
    config.servers.map(async (server, at): Promise<ServerCheck> => {
      const seen = await look({ ...config, servers: [server], attempts: 2 }, names, {
        ms: deadlineMs,
        signal,
      });
      const decision = decide(resolverSelfTest, { trust, ...factsOf(seen) });
      return { server, trust: trusts[at]!, ...seen, decision };
    }),
  );
  const verdicts = servers.map(({ decision }) => decision.verdict);
  return { names, verdict: FROM_WORST.find((one) => verdicts.includes(one)) ?? 'cannot-tell', servers };
}

type Seen = Pick<ServerCheck, 'signed' | 'bogus' | 'bogusUnchecked' | 'unsigned' | 'plain'>;
type Patience = { readonly ms: number; readonly signal: AbortSignal };

async function look(config: ResolverConfig, names: CheckNames, patience: Patience): Promise<Seen> {
  const ask = (name: string, checking: 'enabled' | 'disabled' = 'enabled') =>
    probe({ name, checking }, config, patience);
  const bogusOf = async () => {
    const bogus = await ask(names.bogus);
    // A SERVFAIL that does not give its reason: if the data are there without validation, it was validation.
    const isUnexplained = bogus.kind === 'answered' && bogus.rcode === SERVFAIL && !saysValidation(bogus);
    return { bogus, bogusUnchecked: isUnexplained ? await ask(names.bogus, 'disabled') : null };
  };
  const [signed, bogus, unsigned, plain] = await Promise.all([
    ask(names.signed),
    bogusOf(),
    names.unsigned === null ? null : ask(names.unsigned),
    lookAtTransport(config.servers[0]!, names.signed, patience),
  ]);
  return { signed, ...bogus, unsigned, plain };
}

async function lookAtTransport(
  server: ResolverServer,
  name: string,
  patience: Patience,
): Promise<ServerCheck['plain']> {
  if (server.transport === 'tls' || server.transport === 'https') return null;
  const octets = probeQuery({ name: name === '' ? 'root-servers.net' : name, checking: 'enabled' });
  const query = readWireQuery(octets)!;
  const [udp, tcp] = await Promise.all([
    new UdpLink(server).ask(query, patience),
    overTcp(server, query, patience),
  ]);
  const isRead = tcp.kind === 'octets' && readProbe(tcp.octets, octets).kind === 'answered';
  return { tcp: isRead ? 'works' : 'fails', letterCase: letterCaseOf(udp) };
}

function letterCaseOf(udp: Awaited<ReturnType<UdpLink['ask']>>): 'kept' | 'changed' | 'unknown' {
  if (udp.kind === 'failed') return 'unknown';
  return udp.kind === 'needs-stream' && udp.because === 'other-case' ? 'changed' : 'kept';
}

function factsOf({ signed, bogus, bogusUnchecked, unsigned }: Seen) {
  return {
    signed: isData(signed) ? (signed.ad === 'set' ? 'secure' : 'insecure') : 'failed',
    bogus: isFound(bogus) ? 'answered' : wasWithheld(bogus, bogusUnchecked) ? 'refused' : 'failed',
    unsigned:
      unsigned === null || !isData(unsigned) ? 'unknown' : unsigned.ad === 'set' ? 'secure' : 'insecure',
  } as const;
}

type Answered = Extract<Probe, { kind: 'answered' }>;

/** A name that is not there shows nothing about signatures. */
function isFound(probe: Probe): boolean {
  return probe.kind === 'answered' && probe.rcode === 0;
}

/** NOERROR or NXDOMAIN. */
function isData(probe: Probe): probe is Answered {
  return probe.kind === 'answered' && (probe.rcode === 0 || probe.rcode === 3);
}

function wasWithheld(bogus: Probe, unchecked: Probe | null): boolean {
  if (bogus.kind === 'failed' || bogus.rcode !== SERVFAIL) return false;
  return saysValidation(bogus) || (unchecked !== null && isData(unchecked));
}

function saysValidation({ extendedErrors }: Answered): boolean {
  return kindOfError(tellingError(extendedErrors)) === 'validation';
}
