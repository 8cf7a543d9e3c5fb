/*
 * The questions of the host machine, one for each awaiting state. A deadline is part of the question.
 */
import type { Effect } from '../effects/catalog.js';
import { mailDsnParameters, recipientDsnParameters } from '../policy/dsn/request.js';
import { suitesFor } from '../policy/host/tls-suites.js';
import { portOf } from '../policy/mx/candidate.js';
import { bindingFor } from '../policy/relay/session.js';
import { mailParameters } from '../policy/smtp/mail-parameters.js';
import { type HostContext, rivalOf } from './host.context.js';

const port = ({ input }: HostContext) => portOf(input.candidate, input.settings.port);
const deadlines = (context: HostContext) => context.input.settings.deadlines;

export function askAddresses(context: HostContext): Effect {
  return { type: 'dns.addresses', name: context.input.candidate.host, deadlineMs: deadlines(context).dnsMs };
}

export function askAlias(context: HostContext): Effect {
  return { type: 'dns.cname', name: context.input.candidate.host, deadlineMs: deadlines(context).dnsMs };
}

/** RFC 7672, Section 2.2.3: the port is part of the name. */
export function askTlsa(context: HostContext): Effect {
  const name = `_${port(context)}._tcp.${context.tlsaBases[0]}`;
  return { type: 'dns.tlsa', name, deadlineMs: deadlines(context).dnsMs };
}

export function askConnection(context: HostContext): Effect {
  const rival = rivalOf(context);
  return {
    type: 'smtp.connect',
    session: context.session,
    address: context.addresses[context.address]!,
    port: port(context),
    alternate:
      rival === null ? null : { address: rival, afterMs: context.input.settings.addressRacingDelayMs },
    deadlineMs: deadlines(context).connectMs,
    greetingMs: deadlines(context).greetingMs,
    ...(context.input.relay?.tls === 'implicit' ? { greeting: 'under-tls' as const } : {}),
    ...(context.input.socks === undefined ? {} : { socks: context.input.socks }),
    ...(context.fresh === 'yes' ? { fresh: 'yes' as const } : {}),
  };
}

export function askGreeting(context: HostContext): Effect {
  return { type: 'smtp.greeting', session: context.session, deadlineMs: deadlines(context).greetingMs };
}

export function askAuth(context: HostContext): Effect {
  const relay = context.input.relay!;
  const mechanism = context.mechanism!;
  return {
    type: 'smtp.auth',
    session: context.session,
    mechanism,
    account: relay.name,
    user: relay.user ?? '',
    host: relay.host,
    port: relay.port,
    binding: bindingFor(mechanism, context.keywords),
    deadlineMs: deadlines(context).commandMs,
  };
}

export function askHello(context: HostContext): Effect {
  return {
    type: 'smtp.hello',
    session: context.session,
    verb: context.helloVerb,
    name: context.input.settings.helo,
    deadlineMs: deadlines(context).commandMs,
  };
}

export function askStartTls(context: HostContext): Effect {
  return { type: 'smtp.starttls', session: context.session, deadlineMs: deadlines(context).commandMs };
}

export function askHandshake(context: HostContext): Effect {
  return {
    type: 'tls.handshake',
    session: context.session,
    serverName: context.plan!.serverName,
    ...(suitesFor(context.plan!.strictness) === 'any' ? { suites: 'any' as const } : {}),
    deadlineMs: deadlines(context).handshakeMs,
  };
}

/** Records go along only where they are matched: their certificates and keys cost signature checks. */
export function askInspection(context: HostContext): Effect {
  const { tlsa } = context;
  return {
    type: 'peer.inspect',
    session: context.session,
    tlsa: tlsa.kind === 'present' && context.plan!.dane !== 'not-required' ? tlsa.records : [],
    deadlineMs: deadlines(context).commandMs,
  };
}

export function askTransaction(context: HostContext): Effect {
  const dsn = context.handedOn === 'passed-on' ? (context.input.dsn ?? null) : null;
  const { mailMs, recipientMs, dataMs, dataBlockMs, endOfDataMs } = deadlines(context);
  return {
    type: 'smtp.send',
    session: context.session,
    sender: context.input.message.sender,
    parameters: [
      ...mailParameters(context.input.message, context.keywords, context.requireTls),
      // RFC 4954, Section 5: who first sent it is nobody that we could vouch for to the relay.
      ...(context.mechanism === null ? [] : ['AUTH=<>']),
      ...(dsn === null ? [] : mailDsnParameters(dsn)),
    ],
    recipients: context.named.map((place) => context.input.recipients[place]!),
    ...(dsn === null
      ? {}
      : {
          recipientParameters: context.named.map((place) => recipientDsnParameters(dsn.recipients[place]!)),
        }),
    pipelining: context.keywords.has('PIPELINING') ? 'yes' : 'no',
    // What no message ended is still open (RFC 5321, Section 4.1.4).
    ...(context.mails > 0 && context.transaction?.end === null ? { reset: 'yes' as const } : {}),
    deadlines: { mailMs, recipientMs, dataMs, dataBlockMs, endOfDataMs },
  };
}

export function askQuit(context: HostContext): Effect {
  return { type: 'smtp.quit', session: context.session, deadlineMs: deadlines(context).quitMs };
}
