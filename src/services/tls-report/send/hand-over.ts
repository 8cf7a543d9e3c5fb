/*
 * A report to one of the endpoints that its domain names.
 */

import { readMessage } from '../../../engine/read-message.js';
import type { DnsAnswer } from '../../../policy/dns/answer.js';
import { withinBound } from '../../../policy/host/addresses.js';
import type { Decision } from '../../../policy/kernel/table.js';
import { domainPart } from '../../../policy/names/mailbox.js';
import { judgeAddress } from '../../../policy/names/target-address.table.js';
import {
  answerOfStatus,
  type EndpointAnswer,
  type EndpointVerdict,
  judgeEndpoint,
} from '../../../policy/tls-report/send/endpoint-outcome.table.js';
import { type HttpsTarget, readHttpsUri } from '../../../policy/tls-report/send/https-target.js';
import { presentAddress } from '../../../policy/tls-report/send/present-address.js';
import type { TlsReportDestination } from '../../../policy/tls-report/tlsrpt-record.js';
import type { HostBudget } from './host-budget.js';
import { type MadeReport, mailOf } from './make-report.js';
import type { PostAnswer } from './post-report.js';
import type { ReportPorts } from './report-options.js';
import type { KnownReportSettings } from './settings.js';

/** What came of one endpoint. */
export interface EndpointOutcome {
  /** A mail address, or the URI of an HTTPS endpoint. */
  readonly endpoint: string;
  readonly decision: Decision<EndpointVerdict>;
  /** What was answered, in short. */
  readonly detail: string;
}

export interface HandOver {
  readonly made: MadeReport;
  readonly ports: ReportPorts;
  readonly settings: KnownReportSettings;
  readonly budget: HostBudget;
  readonly signal: AbortSignal;
}

interface Answered {
  readonly answer: EndpointAnswer;
  readonly detail: string;
}

const ADDRESSES_MAX = 10;

/** Hands a report to an endpoint. Never rejects for what the world does. */
export async function handOver(destination: TlsReportDestination, work: HandOver): Promise<EndpointOutcome> {
  const isMail = destination.kind === 'mailto';
  const { answer, detail } = await (isMail ? mail(destination.address, work) : post(destination.uri, work));
  return {
    endpoint: isMail ? destination.address : destination.uri,
    decision: judgeEndpoint(answer),
    detail,
  };
}

async function mail(to: string, { made, ports, settings, budget, signal }: HandOver): Promise<Answered> {
  if (settings.keys.length === 0)
    return { answer: 'no-key', detail: 'no DKIM key is given, and nothing is mailed unsigned' };
  // By its domain: which hosts receive for it is between the engine and DNS.
  if (budget.take(domainPart(to)) === 'exhausted') return EXHAUSTED;
  const signed = await mailOf(made, to, settings, ports.clock());
  if (signed.kind === 'failed') return { answer: 'signing-failed', detail: signed.reason };
  const { content, facts } = readMessage(signed.octets);
  const { results } = await ports.engine.deliver(
    {
      from: settings.contactInfo,
      to: [to],
      content,
      // No failure of TLS keeps a report back, and no report is made about it (RFC 8460, Section 3).
      facts: { ...facts, tlsRequired: 'no', requireTls: 'no', report: 'tls' },
    },
    { signal },
  );
  const { outcome, status, reply } = results[0]!;
  return { answer: `mail-${outcome}`, detail: reply === null ? status : `${reply.code} ${reply.text}` };
}

async function post(uri: string, { made, ports, settings, budget, signal }: HandOver): Promise<Answered> {
  const target = readHttpsUri(uri);
  if (target === null) return { answer: 'no-such-host', detail: 'the URI names no host' };
  const addresses = await addressesOf(target, ports, settings, signal);
  if ('answer' in addresses) return addresses;
  if (budget.take(...namesOf(target.host, addresses.vetted)) === 'exhausted') return EXHAUSTED;
  const ask = {
    target,
    addresses: addresses.vetted,
    body: made.octets,
    deadlineMs: settings.deadlines.postMs,
  };
  const first = await ports.https({ ...ask, certificate: 'verify' }, signal);
  const isUntrusted = first.kind === 'failed' && first.cause === 'certificate';
  if (!isUntrusted || settings.untrustedEndpoints === 'refuse') return answeredBy(first);
  return answeredBy(await ports.https({ ...ask, certificate: 'ignore' }, signal));
}

/** Of a host, each in one spelling. */
function namesOf(host: string, addresses: readonly string[]): readonly string[] {
  return [host, ...addresses].map((name) => presentAddress(name) || name);
}

const EXHAUSTED: Answered = {
  answer: 'host-exhausted',
  detail: 'this host got as many reports as it may in an hour',
};

function answeredBy(answer: PostAnswer): Answered {
  return answer.kind === 'response'
    ? { answer: answerOfStatus(answer.status), detail: `HTTP status ${answer.status}` }
    : { answer: 'no-response', detail: `${answer.cause}: ${answer.code}` };
}

/** Where an endpoint may be reached, or why not at all. */
async function addressesOf(
  { host: name, hostKind }: HttpsTarget,
  { dns }: ReportPorts,
  { privateAddresses, deadlines }: KnownReportSettings,
  signal: AbortSignal,
): Promise<{ readonly vetted: readonly string[] } | Answered> {
  const found =
    hostKind === 'address'
      ? { addresses: [name], failed: 'no' }
      : foundIn(await dns['dns.addresses']({ name, deadlineMs: deadlines.dnsMs }, signal));
  const vetted = found.addresses.filter(
    (address) => judgeAddress(address, privateAddresses).verdict === 'connect',
  );
  if (vetted.length > 0) return { vetted: withinBound(vetted, ADDRESSES_MAX) };
  if (found.addresses.length > 0)
    return { answer: 'address-refused', detail: `${found.addresses[0]} may not be connected to` };
  return found.failed === 'yes'
    ? { answer: 'no-response', detail: `the address of ${name} could not be looked up` }
    : { answer: 'no-such-host', detail: `${name} has no address` };
}

function foundIn({ a, aaaa }: { readonly a: DnsAnswer<string>; readonly aaaa: DnsAnswer<string> }) {
  return {
    addresses: [aaaa, a].flatMap((answer) => (answer.kind === 'failed' ? [] : answer.records)),
    failed: [aaaa, a].some(({ kind }) => kind === 'failed') ? 'yes' : 'no',
  };
}
