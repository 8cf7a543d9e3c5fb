/*
 * One lookup of Postfix, answered. The engine goes the way of a message as far as it leads without a connection: MX records, the
 * MTA-STS policy, and of every host its addresses and TLSA records. What that demands is judged by policy.
 */

import { domainToASCII } from 'node:url';
import { errorText } from '../../effects/error-text.js';
import type { Adapters, SmtpSession } from '../../effects/ports.js';
import { createEngine, type DeliveryResult, type Engine } from '../../engine/engine.js';
import { happenedIn } from '../../engine/happened-in.js';
import type { PlacedDecision } from '../../policy/attempt/types.js';
import type { DestinationRule } from '../../policy/local/destination.js';
import { ruleFor } from '../../policy/local/destination.js';
import { unexpiredPolicy } from '../../policy/mta-sts/discover.js';
import { candidatesOf } from '../../policy/mx/discover.js';
import { lookupKeyText, type NextHop, parseLookupKey } from '../../policy/postfix/lookup-key.js';
import { lossesOf, suppositionsOf } from '../../policy/postfix/losses.js';
import { judgeNextHop, type NextHopPolicy } from '../../policy/postfix/next-hop-policy.js';
import { policyText } from '../../policy/postfix/policy-text.js';
import type { PostfixVersion } from '../../policy/postfix/postfix-version.js';
import type { Settings } from '../../policy/settings.js';
import { lifeOf } from './answer-life.js';

export interface LookUpPorts {
  readonly adapters: Adapters;
  readonly settings: Settings;
  readonly version: PostfixVersion;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly onFault: (message: string) => void;
}

/** What Postfix is told of a next hop, and why. */
export interface PolicyAnswer {
  /** The next hop in one spelling; what was asked where that is none. */
  readonly key: string;
  /** The payload of the reply (socketmap_table(5)): `OK secure match=mx.a.example servername=hostname`, `NOTFOUND `, `TEMP why`. ASCII. */
  readonly reply: string;
  /** One sentence. */
  readonly reason: string;
  readonly decisions: readonly PlacedDecision[];
  /** What one policy a lookup cannot say here; see `lossesOf`. */
  readonly loses: readonly string[];
  /** What it supposes of Postfix's own settings. */
  readonly supposes: readonly string[];
  /** How long it may be given again, in milliseconds. */
  readonly lifeMs: number;
  /** What it was learned by; null where nobody was asked. */
  readonly found: DeliveryResult | null;
}

const REASON_LENGTH_MAX = 500;
const NOT_FOUND = 'NOTFOUND ';
const NO_NEXT_HOP_LIFE_MS = 3_600_000;

/** Answers a key as Postfix gives it. Never rejects. */
export async function lookUp(key: string, ports: LookUpPorts, signal: AbortSignal): Promise<PolicyAnswer> {
  const nextHop = parseLookupKey(key, domainToASCII);
  if (nextHop === null) return notANextHop(key);
  try {
    return await answerFor(nextHop, ports, signal);
  } catch (error) {
    const reason = `a fault of ours: ${errorText(error)}`;
    ports.onFault(reason);
    return { ...notANextHop(lookupKeyText(nextHop)), reply: `TEMP ${inAscii(reason)}`, reason, lifeMs: 0 };
  }
}

function notANextHop(key: string): PolicyAnswer {
  return {
    key,
    reply: NOT_FOUND,
    reason:
      'This is no domain, host or address, and a parent speaks for nobody: Postfix does as it does by itself.',
    decisions: [],
    loses: [],
    supposes: [],
    lifeMs: NO_NEXT_HOP_LIFE_MS,
    found: null,
  };
}

async function answerFor(nextHop: NextHop, ports: LookUpPorts, signal: AbortSignal): Promise<PolicyAnswer> {
  const { adapters, clock, onFault, version } = ports;
  const { settings, relay } = settingsFor(nextHop, ports.settings, clock());
  const engine = createEngine({
    adapters: { ...adapters, 'smtp.session': () => NOBODY },
    settings,
    clock,
    onFault,
  });
  const found = await engine.explain(textOf(nextHop), {}, { signal });
  const result = found.attempts[0]!;
  const policy = judgeNextHop({
    found: result,
    notLookedAt: notLookedAt(found),
    kept: keptPolicy(found, clock()),
    version,
  });
  const text = policyText(policy);
  const reason = reasonOf(policy, found);
  const isKnown = text !== null || policy.level.verdict === 'none';
  return {
    key: lookupKeyText(nextHop),
    reply: text !== null ? `OK ${text}` : isKnown ? NOT_FOUND : `TEMP ${inAscii(reason)}`,
    reason,
    decisions: decisionsOf(policy, found),
    loses: lossesOf({ policy, found: result, settings, relay }),
    supposes: suppositionsOf(policy),
    lifeMs: lifeOf(found, isKnown ? 'known' : 'unknown', clock()),
    found,
  };
}

/** A host in brackets is its own only host, as a relay is; the way that a domain takes is Postfix's affair. */
function settingsFor(
  { kind, destination, port }: NextHop,
  settings: Settings,
  now: number,
): { readonly settings: Settings; readonly relay: string | null } {
  const { relay, ...rule } = ruleFor(destination, settings.destinations, now) ?? NO_RULE;
  const own: DestinationRule =
    kind === 'host' && destination.kind === 'domain'
      ? { ...rule, destination: '*', relay: { host: destination.name, port: port ?? settings.port } }
      : { ...rule, destination: '*' };
  return {
    settings: {
      ...settings,
      port: port ?? settings.port,
      destinations: [own],
      addressesMax: 1,
      addressRacing: 'off',
    },
    relay: relay?.host ?? null,
  };
}

const NO_RULE: DestinationRule = {
  destination: '*',
  demand: 'none',
  owner: 'nobody',
  reason: 'no rule is in force',
  expiresAt: null,
};

function textOf({ destination }: NextHop): Parameters<Engine['explain']>[0] {
  if (destination.kind === 'domain') return destination.name;
  return destination.address.includes(':') ? `[IPv6:${destination.address}]` : `[${destination.address}]`;
}

/** All that can be known of a host without a connection has been asked by then. */
const NOBODY: SmtpSession = {
  connect: async () => ({ kind: 'failed', cause: 'other' }),
  greeting: notConnected,
  auth: notConnected,
  hello: notConnected,
  startTls: notConnected,
  handshake: notConnected,
  inspect: notConnected,
  send: notConnected,
  quit: async () => ({ kind: 'closed' }),
  destroy: () => undefined,
};

function notConnected(): Promise<never> {
  return Promise.reject(new Error('nobody was connected to'));
}

function entriesOf({ journal }: DeliveryResult) {
  return journal.attempts[0]?.entries ?? [];
}

/** Hosts of the MX answer that the attempt did not come to. */
function notLookedAt(found: DeliveryResult): readonly string[] {
  const runs = new Set(entriesOf(found).flatMap((entry) => (entry.kind === 'run' ? [entry.host] : [])));
  if (runs.size === 0) return [];
  return entriesOf(found).flatMap((entry) =>
    entry.kind === 'answer' && entry.event.type === 'dns.mx.answered' && entry.event.answer.kind !== 'failed'
      ? candidatesOf(entry.event.answer.records, []).flatMap(({ host }) => (runs.has(host) ? [] : [host]))
      : [],
  );
}

function keptPolicy(found: DeliveryResult, now: number) {
  for (const entry of entriesOf(found))
    if (entry.kind === 'answer' && entry.event.type === 'policy-cache.read.answered')
      return unexpiredPolicy(entry.event.answer, now)?.policy ?? null;
  return null;
}

/** The level's reason; where mail waits, in front of it what happened, and then what is behind it. */
function reasonOf({ level, hosts }: NextHopPolicy, found: DeliveryResult): string {
  const { attempts, results } = found;
  const said = `${level.why} (${level.row})`;
  if (level.verdict !== 'wait') return said;
  const [because] = attempts[0]!.recipients.map((recipient) => recipient.because);
  const ofHosts = hosts
    .filter(({ need }) => ['unknown', 'closed', 'dane-closed'].includes(need.verdict))
    .slice(0, 2)
    .map(({ host, need }) => `${host}: ${need.why} (${need.row})`);
  const why = because?.mx === null ? [`${because.why} (${because.row})`] : [];
  // Nobody was connected to, so what is said of a connection did not happen.
  const isMet = because !== null && because !== undefined && !ABOUT_CONNECTIONS.has(because.table);
  const met = isMet ? (happenedIn(found)[0]?.toOperator ?? null) : null;
  const first = met === null ? said : `${met} ${said}`;
  return [`${results[0]!.domain}: ${first}`, ...(ofHosts.length > 0 ? ofHosts : why)].join(' ');
}

/** What comes behind the plan for a host is about connections, and there was none. */
const ABOUT_CONNECTIONS = new Set([
  'connection-outcome',
  'next-candidate',
  'attempt-conclusion',
  'cleartext-retry',
]);

function decisionsOf(
  { level, attributes, hosts }: NextHopPolicy,
  { attempts }: DeliveryResult,
): readonly PlacedDecision[] {
  return [
    ...attempts[0]!.decisions.filter(({ table }) => !ABOUT_CONNECTIONS.has(table)),
    ...hosts.map(({ host, need }) => ({ ...need, mx: host })),
    { ...level, mx: null },
    { ...attributes, mx: null },
  ];
}

/** What goes over the wire and into a log is one short line. */
function inAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, '?').slice(0, REASON_LENGTH_MAX);
}
