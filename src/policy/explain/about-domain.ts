/* What is said of a destination, of its MX records, its MTA-STS policy, the message and the settings, wherever it decides. */
import { type DestinationRule, ruleFor } from '../local/destination.js';
import { idToFetch, learnRecord } from '../mta-sts/discover.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import { policyDomainOf } from '../mx/candidate.js';
import { listsHost } from '../names/match.js';
import type { MessageFacts } from '../require-tls/message.js';
import type { Settings } from '../settings.js';
import type { AttemptEvidence, Evidence } from './evidence.js';
import { agoOf, answerText, lengthOf, quoted, someOf, timeOf } from './values.js';

export function settingsIn({ attempt, host }: Evidence): Settings | null {
  return attempt?.input.settings ?? host?.input.settings ?? null;
}

export function messageIn({ attempt, host }: Evidence): MessageFacts | null {
  return attempt?.input.message ?? host?.input.message ?? null;
}

/** Milliseconds since 1970. */
export function nowIn({ attempt, host }: Evidence): number {
  return Math.max(attempt?.now ?? 0, host?.now ?? 0);
}

/** The domain, or the address in brackets. */
export function destinationIn({ attempt, host }: Evidence): string {
  const destination = attempt?.input.destination ?? host?.input.destination ?? null;
  if (destination === null) return 'the destination';
  return destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
}

export function hostIn({ host }: Evidence): string {
  return host?.input.candidate.host ?? 'the host';
}

/** "the setting halfDane is use" */
export function settingIs(name: keyof Settings): (word: string) => string {
  return (word) => `the setting ${name} is "${word}"`;
}

/** What proves that a host is one of the domain's. */
export function mxProof(word: string, evidence: Evidence): string {
  const { attempt, host } = evidence;
  const domain = destinationIn(evidence);
  switch (host?.input.candidate.source) {
    case 'relay':
      return `the operator named ${hostIn(evidence)}, so no MX record had to`;
    case 'literal':
      return 'an address literal has no MX record that could be validated';
    case 'implicit':
      return `${domain} has no MX records and is its own host; the answer is ${attempt?.mx ? answerText(attempt.mx) : word}`;
    default: {
      const answer = attempt?.mx ?? null;
      if (answer !== null) return `the MX answer of ${domain} is ${answerText(answer)}`;
      return `the MX answer of ${domain} is ${word === 'secure' ? '' : 'not '}validated by DNSSEC`;
    }
  }
}

/** The domain whose MTA-STS policy counts. */
export function policyDomainIn({ attempt, host }: Evidence): string {
  const candidate = host?.input.candidate ?? attempt?.candidates[0] ?? null;
  const destination = attempt?.input.destination ?? host?.input.destination ?? null;
  const domain = destination === null ? null : policyDomainOf(destination, candidate);
  return domain ?? 'the destination';
}

function knownOf({ attempt, host }: Evidence): StsKnowledge | null {
  return host?.input.sts ?? attempt?.sts ?? null;
}

/** What policy the attempt holds to, its mode, its lines and its life. */
export function policyText(evidence: Evidence): string {
  const known = knownOf(evidence);
  const domain = policyDomainIn(evidence);
  if (known === null || known.kind === 'none') return `no MTA-STS policy of ${domain} is in force`;
  if (known.kind === 'unknown') return `whether ${domain} has an MTA-STS policy could not be learned`;
  const { mode, mx, maxAgeSeconds } = known.policy;
  const lines = mx.length === 0 ? 'no mx lines' : `mx ${someOf(mx.map(quoted))}`;
  return `the MTA-STS policy of ${domain} has mode ${mode}, ${lines} and max_age ${lengthOf(maxAgeSeconds)}${lifeText(evidence)}`;
}

/** Under which id it was had, and when. */
function lifeText({ attempt }: Evidence): string {
  if (attempt === null) return '';
  if (attempt.fetched?.kind === 'policy')
    return `; it was fetched just now, at ${timeOf(attempt.now)}${fetchedIdText(attempt)}`;
  const cached = attempt.cache?.kind === 'read' ? attempt.cache.cached : null;
  if (cached === null) return '';
  return `; it has the id ${quoted(cached.id)} and was fetched on ${timeOf(cached.fetchedAt)}, ${agoOf(cached.fetchedAt, attempt.now)}`;
}

function fetchedIdText({ txt, cache }: AttemptEvidence): string {
  const id = txt === null || cache === null ? null : idToFetch(learnRecord(txt), cache);
  return id === null ? '' : `, under the id ${quoted(id)}`;
}

/** Whether the policy lists the host, and by which line. */
export function listingText(evidence: Evidence): string {
  const known = knownOf(evidence);
  const host = hostIn(evidence);
  if (known?.kind !== 'policy') return `no policy lists ${host} or leaves it out`;
  const line = known.policy.mx.find((pattern) => listsHost(pattern, host));
  if (line !== undefined) return `the line "mx: ${quoted(line)}" of the policy lists ${host}`;
  const lines = known.policy.mx.map((pattern) => `"mx: ${quoted(pattern)}"`);
  return `no line of the policy lists ${host}; it has ${lines.length === 0 ? 'none' : someOf(lines)}`;
}

/** Whether the policy is known to be the current one. */
export function freshnessText(word: 'fresh' | 'stale', evidence: Evidence): string {
  const known = knownOf(evidence);
  const domain = policyDomainIn(evidence);
  if (known?.kind !== 'policy') return `there is no kept policy of ${domain} that could be out of date`;
  return word === 'fresh'
    ? `the policy of ${domain} is known to be the current one`
    : `whether the kept policy of ${domain} is still the current one could not be learned`;
}

function ruleOf({ attempt, host }: Evidence): DestinationRule | null {
  const input = host?.input ?? attempt?.input ?? null;
  return input === null ? null : ruleFor(input.destination, input.settings.destinations, input.startedAt);
}

/** The operator's rule that is in force, with who asked for it and why. */
export function ruleText(evidence: Evidence): string {
  const transport = evidence.host?.input.relay;
  if (transport !== undefined) {
    const { name, host, port, tls, verify } = transport;
    return `the transport ${quoted(name)} goes to ${host} port ${port} with TLS "${tls}" and asks for "${verify}" of it`;
  }
  const rule = ruleOf(evidence);
  const domain = destinationIn(evidence);
  if (rule === null) return `no rule of the operator is in force for ${domain}`;
  const relay = rule.relay === undefined ? '' : `, by way of ${rule.relay.host} port ${rule.relay.port}`;
  const end = rule.expiresAt === null ? '' : `, until ${timeOf(rule.expiresAt)}`;
  const asks = rule.demand === 'none' ? 'demands nothing' : `demands "${rule.demand}"`;
  return `the operator's rule for "${rule.destination}" ${asks}${relay} (${quoted(rule.owner)}: ${quoted(rule.reason)}${end})`;
}

/** What the message says about TLS, in the words of the table `message-kind`. */
export const messageText = {
  'requires-tls': 'the sender asked for REQUIRETLS',
  'prefers-requiretls': 'the message is a bounce under REQUIRETLS',
  'tls-optional': 'the message says "TLS-Required: No", and that is honoured',
  ordinary: 'the message neither asks for REQUIRETLS nor has a valid "TLS-Required: No" that is honoured',
} as const;

/** How a fact about one column of a demand is told, by what the message itself asks. */
export function requireTlsText(evidence: Evidence): string {
  const required = messageIn(evidence)?.requireTls === 'yes';
  if (!required) return 'the message does not ask for REQUIRETLS';
  const mx = evidence.host?.input.mxSecurity ?? 'insecure';
  return `the sender asked for REQUIRETLS; ${mxProof(mx, evidence)}; ${listingOrPolicy(evidence)}`;
}

/** What policy there is, and whether it lists the host. */
export function listingOrPolicy(evidence: Evidence): string {
  return knownOf(evidence)?.kind === 'policy'
    ? `${policyText(evidence)}, and ${listingText(evidence)}`
    : policyText(evidence);
}
