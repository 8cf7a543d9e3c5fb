/*
 * The questions of the attempt machine.
 */
import type { Effect } from '../effects/catalog.js';
import type { DsnRequest } from '../policy/dsn/request.js';
import type { HostInput } from '../policy/host/types.js';
import { idToFetch, learnRecord } from '../policy/mta-sts/discover.js';
import type { PolicyChange } from '../policy/mta-sts/merge-policy.js';
import { POLICY_LENGTH_MAX } from '../policy/mta-sts/policy-file.js';
import { type AttemptContext, isWaiting, mxRecords, policyDomain, waitingOf } from './attempt.context.js';

export function askMx(context: AttemptContext): Effect {
  return { type: 'dns.mx', name: domainName(context), deadlineMs: context.input.settings.deadlines.dnsMs };
}

/** RFC 8461, Sections 3.1 and 3.4: the domain as written in the address, never a parent of it; or the relay. */
export function askStsRecord(context: AttemptContext): Effect {
  return {
    type: 'dns.txt',
    name: `_mta-sts.${policyDomain(context)}`,
    deadlineMs: context.input.settings.deadlines.dnsMs,
  };
}

export function askCache(context: AttemptContext): Effect {
  return { type: 'policy-cache.read', domain: policyDomain(context)! };
}

export function askDraw(context: AttemptContext): Effect {
  return {
    type: 'random.draw',
    count: mxRecords(context).length,
  };
}

export function askPolicyHost(context: AttemptContext): Effect {
  return {
    type: 'dns.addresses',
    name: policyHostOf(context),
    deadlineMs: context.input.settings.deadlines.dnsMs,
  };
}

export function askPolicy(context: AttemptContext): Effect {
  const { settings } = context.input;
  return {
    type: 'policy.fetch',
    host: policyHostOf(context),
    port: settings.httpsPort,
    addresses: context.policyAddresses,
    bytesMax: POLICY_LENGTH_MAX,
    deadlineMs: settings.deadlines.policyFetchMs,
  };
}

export function askStore(context: AttemptContext): Effect {
  return { type: 'policy-cache.write', domain: policyDomain(context)!, change: changeOf(context) };
}

/** What a fetch, successful or not, adds to what is kept. */
export function changeOf({ txt, cache, fetched, now }: AttemptContext): PolicyChange {
  const id = idToFetch(learnRecord(txt!), cache!) ?? '';
  return fetched?.kind === 'policy'
    ? { kind: 'store', entry: { id, policy: fetched.policy, fetchedAt: now } }
    : { kind: 'remember-failure', failure: { id, failedAt: now } };
}

export function askHost(context: AttemptContext): Effect {
  const { input } = context;
  const waiting = waitingOf(context);
  const candidate = context.candidates[context.tried]!;
  const mx = context.mx;
  const expanded = mx !== null && mx.kind === 'secure' ? (mx.aliases.at(-1) ?? null) : null;
  return {
    type: 'host.run',
    input: {
      startedAt: context.now,
      attempt: input.attempt,
      destination: input.destination,
      candidate,
      mxSecurity: mx?.kind === 'secure' ? 'secure' : 'insecure',
      expandedDestination: expanded,
      sts: context.sts,
      recipients: waiting.map(({ recipient }) => recipient),
      message: input.message,
      ...(input.dsn === undefined ? {} : { dsn: dsnFor(input.dsn, context) }),
      settings: input.settings,
      dialled: dialledAt(input.dialled, candidate.host),
      purpose: input.purpose === 'deliver' ? 'deliver' : 'explain',
      ...wayOf(context),
      ...(input.deadlineAt === undefined ? {} : { deadlineAt: input.deadlineAt }),
    },
  };
}

/** Of the transport, what concerns the host. */
function wayOf({ input: { transport }, way }: AttemptContext): Pick<HostInput, 'relay' | 'socks'> {
  const own = transport?.transport ?? null;
  if (own?.kind === 'relay' && way === 'submit') return { relay: { ...own, name: transport!.name } };
  return own?.kind === 'direct' && own.socks !== undefined
    ? { socks: { ...own.socks, name: transport!.name } }
    : {};
}

function dsnFor(dsn: DsnRequest, { recipients }: AttemptContext): DsnRequest {
  return { ...dsn, recipients: dsn.recipients.filter((_, at) => isWaiting(recipients[at]!)) };
}

/** Host names are a stranger's words: none of them may reach what every object inherits. */
export function dialledAt(dialled: AttemptContext['input']['dialled'], host: string): readonly string[] {
  return Object.hasOwn(dialled, host) ? dialled[host]! : [];
}

function domainName({ input: { destination } }: AttemptContext): string {
  return destination.kind === 'domain' ? destination.name : destination.address;
}

function policyHostOf(context: AttemptContext): string {
  return `mta-sts.${policyDomain(context)}`;
}
