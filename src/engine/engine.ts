/*
 * The composition root: machines, interpreter, adapters and settings put together. It splits a message by destination,
 * carries out an attempt for each, and says what became of every recipient. A fault of ours defers.
 */

import { errorText } from '../effects/error-text.js';
import { interpret } from '../effects/interpret.js';
import {
  type AttemptJournal,
  JOURNAL_FORMAT,
  JOURNAL_VERSION,
  type Journal,
  type JournalEntry,
} from '../effects/journal.js';
import { MisuseError } from '../effects/misuse.js';
import type { MessageSource } from '../effects/ports.js';
import { programs } from '../machine/programs.js';
import { mergeDialled, waitBehind } from '../policy/attempt/next-attempt.js';
import type { AttemptInput, AttemptPurpose, AttemptResult, PlacedDecision } from '../policy/attempt/types.js';
import type { DsnRequest } from '../policy/dsn/request.js';
import type { Decision } from '../policy/kernel/table.js';
import {
  judgeLastLook,
  type LastLookVerdict,
  type Patience,
  type StoppedMessage,
  whatStopped,
} from '../policy/mta-sts/last-look.js';
import type { PolicyFindings } from '../policy/mta-sts/policy-findings.js';
import type { Destination } from '../policy/mx/candidate.js';
import { type Mailbox, parseMailbox } from '../policy/names/mailbox.js';
import { chooseRoute } from '../policy/relay/route.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import { textOf } from '../policy/smtp/reply.js';
import { byDestination, deferAll, parseEnvelope, parseSender } from './attempt-inputs.js';
import {
  checkAttemptOptions,
  checkEngineOptions,
  checkMail,
  checkPatience,
  checkPurpose,
  checkSignalsQuestion,
  checkSomeFacts,
  checkStopped,
  checkText,
} from './check-arguments.js';
import { complaints } from './complaints.js';
import { inTurn } from './in-turn.js';
import type { AttemptOptions, EngineOptions, OutboundMail, PlanFacts } from './options.js';
import { parkIfRefused, rememberRefusal } from './parked-relays.js';
import { type Connection, connectAttempt } from './plan/connect.js';
import { NO_SOCKETS } from './plan/no-sockets.js';
import { type Plan, type PlanPorts, planAttempt } from './plan/plan.js';
import { assertReady, type NotReadyError } from './ready.js';
import { type RecipientReport, reportOf } from './recipient-report.js';
import { answerSignals, noteSignals, type SignalsAnswer } from './signals.js';

export interface DeliveryResult {
  /** One for each recipient, in the order of `to`. */
  readonly results: readonly RecipientReport[];
  /** One for each destination, in order of first appearance. */
  readonly attempts: readonly AttemptResult[];
  /** All that this message has dialled until now, to be given to its next attempt. */
  readonly dialled: AttemptInput['dialled'];
  /**
   * When those who are deferred may be tried again, in milliseconds since 1970, for who has no schedule of his own: 7.5 minutes
   * later, doubled each time. Null: nobody waits, or this was the eighth attempt, and the senders of who waits are to be told.
   */
  readonly retryAt: number | null;
  /** What can be replayed. */
  readonly journal: Journal;
}

export interface Engine {
  /**
   * One attempt for each destination of the message, side by side. Throws a {@link MisuseError} for what is no address, and never for
   * what the world does.
   */
  deliver(mail: OutboundMail, options?: AttemptOptions): Promise<DeliveryResult>;
  /** Goes the way of a message to postmaster at a domain, up to EHLO after TLS, and sends nothing. */
  explain(
    domain: string,
    mail?: Partial<Pick<OutboundMail, 'from'>> & { readonly facts?: Partial<OutboundMail['facts']> },
    options?: AttemptOptions,
  ): Promise<DeliveryResult>;
  /**
   * Looks for a domain's own MTA-STS policy and keeps it, and connects to no mail host. `learn`: as for a message, so that what is
   * kept and still current is not fetched again. `refresh`: what is kept is renewed, whatever the TXT record says (RFC 8461,
   * Section 10.2). Throws a {@link MisuseError} for what is no domain, and never for what the world does.
   */
  policy(
    domain: string,
    wanted: { readonly purpose: 'learn' | 'refresh' },
    options?: AttemptOptions,
  ): Promise<PolicyResult>;
  /**
   * To be asked before a message that could not be delivered is given up: if an MTA-STS policy stopped it, the policy is looked for
   * again (RFC 8461, Section 5.1). Takes the result of the last attempt, or what {@link whatStopped} says of it.
   */
  lastLook(
    stopped: AttemptResult | StoppedMessage,
    options?: AttemptOptions & {
      /** Default: left. */
      readonly patience?: Patience;
    },
  ): Promise<LastLook>;
  /**
   * Whether mail can be attempted: what is kept can be read, and the resolver answers. Rejects with a {@link NotReadyError} that says
   * what is wrong. Nobody else is asked.
   */
  ready(options?: Pick<AttemptOptions, 'signal'>): Promise<void>;
  /**
   * Plans an attempt for a mail system that makes its connections itself: asks DNS and policy, and dials nothing. Throws a
   * {@link MisuseError} for what is no domain or no address in it, and never for what the world does.
   */
  plan(domain: string, facts?: PlanFacts, options?: AttemptOptions): Promise<Plan>;
  /**
   * Connects to a host that may take the message, as far as EHLO under TLS, and hands the connection over. Rejects with a
   * {@link NotConnectedError} where there is none, and with a {@link MisuseError} as {@link plan} does.
   */
  connect(domain: string, facts?: PlanFacts, options?: AttemptOptions): Promise<Connection>;
  /**
   * What the recipients' domains were seen to support by earlier mail of that scope, and whether REQUIRETLS (RFC 8689) can be switched
   * on for a message to all of them. Nobody is asked: advice for who writes the message. Throws a {@link MisuseError} for what is no
   * address, and rejects with the Error of a store that cannot be reached.
   */
  signals(recipients: readonly string[], scope?: string): Promise<SignalsAnswer>;
}

/** What was found of a domain's policy. */
export interface PolicyResult {
  /** In A-labels. */
  readonly domain: string;
  /** Null: a fault of ours, of which `onFault` was told. What was kept stays as it was. */
  readonly policy: PolicyFindings | null;
  readonly decisions: readonly PlacedDecision[];
  /** What can be replayed. */
  readonly journal: Journal;
}

/** Whether a message may be given up. */
export interface LastLook {
  readonly decision: Decision<LastLookVerdict>;
  /** What was looked at; null: no policy had stopped the message, so there was nothing to look for. */
  readonly found: PolicyResult | null;
}

/** An engine over those adapters. Throws a {@link MisuseError} for options and settings that say nothing sensible. */
export function createEngine(given: EngineOptions): Engine {
  const options = made(checkEngineOptions(given));
  deadlineOf(options, {});
  const toAscii = options.toAscii ?? (() => '');
  const engine: Engine = {
    async deliver(mail, attemptOptions = {}) {
      const checkedOptions = checkAttemptOptions(attemptOptions);
      checkMail(mail);
      const envelope = parseEnvelope(mail, toAscii);
      return carryOut(options, { ...mail, ...envelope, purpose: 'deliver' }, checkedOptions);
    },
    async explain(domain, { from = POSTMASTER, facts = {} } = {}, attemptOptions = {}) {
      const checkedOptions = checkAttemptOptions(attemptOptions);
      checkText(from, 'WAXSEAL_BAD_MESSAGE', 'from');
      const known = { ...PLAIN_FACTS, ...checkSomeFacts(facts) };
      const mailbox = postmasterAt(domain, toAscii);
      const sender = parseSender(from, toAscii);
      const mail = { from: sender, to: [mailbox.address], content: () => [], facts: known };
      return carryOut(options, { ...mail, mailboxes: [mailbox], purpose: 'explain' }, checkedOptions);
    },
    async policy(domain, wanted, attemptOptions = {}) {
      const checkedOptions = checkAttemptOptions(attemptOptions);
      checkPurpose(wanted);
      const { destination } = postmasterAt(domain, toAscii);
      if (destination.kind !== 'domain') throw notADomain(domain);
      return findPolicy(options, destination.name, `${wanted.purpose}-policy`, checkedOptions);
    },
    async lastLook(last, { patience = 'left', ...attemptOptions } = {}) {
      checkStopped(last);
      checkPatience(patience);
      const stopped = 'stopped' in last ? last : whatStopped(last);
      if (stopped.stopped === 'otherwise' || stopped.domain === null)
        return { decision: judgeLastLook(stopped, null, patience), found: null };
      const found = await engine.policy(stopped.domain, { purpose: 'refresh' }, attemptOptions);
      return { decision: judgeLastLook(stopped, found.policy, patience), found };
    },
    async ready(readyOptions = {}) {
      const { signal = new AbortController().signal } = checkAttemptOptions(readyOptions);
      const { deadlines } = options.settings ?? DEFAULT_SETTINGS;
      await assertReady(options.adapters, deadlines.dnsMs, signal);
    },
    async plan(domain, facts = {}, attemptOptions = {}) {
      const checkedOptions = checkAttemptOptions(attemptOptions);
      return planAttempt(
        planPorts(options, checkedOptions),
        planInput(options, domain, facts, checkedOptions, toAscii),
      );
    },
    async connect(domain, facts = {}, attemptOptions = {}) {
      const checkedOptions = checkAttemptOptions(attemptOptions);
      return connectAttempt(
        planPorts(options, checkedOptions),
        planInput(options, domain, facts, checkedOptions, toAscii),
      );
    },
    async signals(recipients, scope = '') {
      checkSignalsQuestion(recipients, scope);
      const { mailboxes } = parseEnvelope({ from: '', to: recipients }, toAscii);
      return answerSignals(recipients, mailboxes, scope, options);
    },
  };
  return engine;
}

/** What is made once for all attempts of an engine. */
type Made = EngineOptions & {
  readonly complain: (message: string) => void;
  /** When a transport was refused for who we are, in milliseconds since 1970, by name. */
  readonly refusedAt: Map<string, number>;
};

function made(options: EngineOptions): Made {
  // What an onlooker throws is its own affair.
  const onFault = (message: string) => tell(() => options.onFault?.(message));
  return {
    ...options,
    onFault,
    complain: complaints(onFault, options.clock),
    refusedAt: options.relayRefusals ?? new Map(),
  };
}

const POSTMASTER = 'postmaster@localhost.localdomain';

function postmasterAt(domain: string, toAscii: (domain: string) => string): Mailbox {
  checkText(domain, 'WAXSEAL_BAD_DOMAIN', 'domain');
  const mailbox = parseMailbox(`postmaster@${domain}`, toAscii);
  if (mailbox === null) throw notADomain(domain);
  return mailbox;
}

function notADomain(text: string): MisuseError {
  return new MisuseError('WAXSEAL_BAD_DOMAIN', `"${text}" is not a domain; give one like example.org`);
}

type Job = OutboundMail & {
  readonly mailboxes: readonly Mailbox[];
  readonly purpose: 'deliver' | 'explain';
};

async function findPolicy(
  options: Made,
  domain: string,
  purpose: Exclude<AttemptPurpose, Job['purpose']>,
  attemptOptions: AttemptOptions,
): Promise<PolicyResult> {
  const { settings = DEFAULT_SETTINGS, clock } = options;
  const input: AttemptInput = {
    startedAt: clock(),
    attempt: 1,
    destination: { kind: 'domain', name: domain },
    recipients: [],
    message: { ...PLAIN_FACTS, sender: '' },
    settings,
    dialled: {},
    purpose,
    ...deadlineOf(options, attemptOptions),
  };
  const { result, entries } = await attempt(options, () => [], input, attemptOptions);
  return {
    domain,
    policy: result.policy,
    decisions: result.decisions,
    journal: journalOf([{ input, places: [], entries, result }]),
  };
}

function planInput(
  options: Made,
  domain: string,
  { from = POSTMASTER, to, ...facts }: PlanFacts,
  attemptOptions: AttemptOptions,
  toAscii: (domain: string) => string,
): AttemptInput {
  const postmaster = postmasterAt(domain, toAscii);
  const known = { ...PLAIN_FACTS, ...checkSomeFacts(facts) };
  const mail = { from, to: to ?? [postmaster.address], content: () => [], facts: known };
  checkMail(mail);
  const envelope = parseEnvelope(mail, toAscii);
  if (byDestination([postmaster, ...envelope.mailboxes]).length > 1) {
    throw new MisuseError(
      'WAXSEAL_BAD_ADDRESS',
      `a plan is for the recipients of one domain, and not all of these are at ${domain}`,
    );
  }
  const job = { ...mail, ...envelope, purpose: 'deliver' } as const;
  const input = inputOf(options, job, envelope.mailboxes, attemptOptions);
  return { ...input, ...deadlineOf(options, attemptOptions) };
}

function planPorts(options: Made, { onEntry, signal, scope }: AttemptOptions): PlanPorts {
  return {
    adapters: options.adapters,
    sockets: options.sockets ?? NO_SOCKETS,
    clock: options.clock,
    signal,
    attempt: (adapters, input, own) =>
      attempt({ ...options, adapters }, () => [], input, {
        signal: own.signal,
        onEntry: (entry) => {
          own.onEntry(entry);
          if (own.isReal) onEntry?.(entry);
        },
      }),
    tell: (result) => {
      noteSignals(options, result, scope);
      return tellAttempt(options, result);
    },
  };
}

function journalOf(attempts: readonly AttemptJournal[]): Journal {
  return { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts };
}

/** Destinations side by side, so that a slow one holds up nobody else's result. */
async function carryOut(options: Made, job: Job, attemptOptions: AttemptOptions): Promise<DeliveryResult> {
  const deadline = deadlineOf(options, attemptOptions);
  const reports = new Map<Mailbox, RecipientReport>();
  const groups = byDestination(job.mailboxes);
  const ended = await inTurn(groups, options.destinationsAtOnceMax ?? 16, async (mailboxes) => {
    const input = { ...inputOf(options, job, mailboxes, attemptOptions), ...deadline };
    const { result, entries } = await attempt(options, job.content, input, attemptOptions);
    noteSignals(options, result, attemptOptions.scope);
    noteRefusal(options, input, result);
    if (job.purpose === 'deliver') await tellAttempt(options, result);
    const places = mailboxes.map((mailbox) => job.mailboxes.indexOf(mailbox));
    mailboxes.forEach((mailbox, at) => {
      const report = reportOf(result, at);
      reports.set(mailbox, report);
      tell(() => attemptOptions.onResult?.(report, places[at]!));
    });
    return { input, places, entries, result };
  });
  const attempts = ended.map(({ result }) => result);
  const results = job.mailboxes.map((mailbox) => reports.get(mailbox)!);
  const { attempt: number = 1, dialled = {} } = attemptOptions;
  const waitMs = results.some(({ outcome }) => outcome === 'deferred') ? waitBehind(number) : null;
  return {
    results,
    attempts,
    dialled: mergeDialled(dialled, attempts),
    retryAt: waitMs === null ? null : options.clock() + waitMs,
    journal: journalOf(ended),
  };
}

/** Counted from now, for all that is asked for at once. Throws a {@link MisuseError} where nothing could keep it. */
function deadlineOf(
  { clock, wait, deadlineMs: usual }: EngineOptions,
  { deadlineMs = usual }: AttemptOptions,
): Pick<AttemptInput, 'deadlineAt'> {
  if (deadlineMs === undefined) return {};
  if (wait === undefined)
    throw new MisuseError('WAXSEAL_BAD_OPTIONS', 'deadlineMs cannot be kept without the option wait');
  return { deadlineAt: clock() + deadlineMs };
}

async function attempt(
  options: Made,
  message: MessageSource,
  input: AttemptInput,
  attemptOptions: AttemptOptions,
) {
  const entries: JournalEntry[] = [];
  const ended = await interpret(input, {
    programs,
    adapters: options.adapters,
    message,
    clock: options.clock,
    ...(options.wait === undefined ? {} : { wait: options.wait }),
    // One of its own: attempts side by side would all listen to the caller's.
    ...(attemptOptions.signal === undefined ? {} : { signal: AbortSignal.any([attemptOptions.signal]) }),
    note: (entry) => {
      entries.push(entry);
      noteStore(options, entry);
      tell(() => attemptOptions.onEntry?.(entry));
    },
  });
  if (ended.kind === 'finished') return { result: ended.output, entries };
  const consequence = input.recipients.length > 0 ? 'the message is deferred' : 'nothing was learned';
  options.onFault?.(`${consequence}: ${ended.message}`);
  return { result: deferAll(input), entries };
}

/** Mail that waits for want of what we keep would wait for ever if nobody were told (RFC 8461, Section 5.1). */
function noteStore({ complain }: Made, entry: JournalEntry): void {
  if (entry.kind !== 'answer') return;
  const { event } = entry;
  if (event.type === 'policy-cache.read.answered' && event.answer.kind === 'unreadable')
    complain(
      `kept MTA-STS policies cannot be read, and mail that depends on them waits: ${event.answer.why ?? NO_REASON}`,
    );
  if (event.type === 'policy-cache.write.answered' && event.answer.kind === 'failed')
    complain(`an MTA-STS policy is not kept: ${event.answer.why ?? NO_REASON}`);
}

const NO_REASON = 'the store does not say why';

async function tellAttempt(options: Made, result: AttemptResult): Promise<void> {
  try {
    await options.onAttempt?.(result, options.clock());
  } catch (error) {
    options.onFault?.(`onAttempt: ${errorText(error)}`);
  }
}

/** An onlooker that throws must not come between an answer and its machine. */
function tell(onlooker: () => void): void {
  try {
    onlooker();
  } catch {
    // What it throws is its own affair.
  }
}

function inputOf(
  options: Made,
  job: Job,
  mailboxes: readonly Mailbox[],
  attemptOptions: AttemptOptions,
): AttemptInput {
  const { settings = DEFAULT_SETTINGS, clock } = options;
  const { attempt = 1, dialled = {} } = attemptOptions;
  const { destination } = mailboxes[0]!;
  return {
    startedAt: clock(),
    attempt,
    destination,
    recipients: mailboxes.map(({ address }) => address),
    message: { ...job.facts, sender: job.from },
    ...transportOf(options, job, destination, attemptOptions),
    ...(job.dsn === undefined ? {} : { dsn: dsnOf(job, job.dsn, mailboxes) }),
    settings,
    dialled,
    purpose: job.purpose,
  };
}

function dsnOf(job: Job, dsn: DsnRequest, mailboxes: readonly Mailbox[]): DsnRequest {
  return { ...dsn, recipients: mailboxes.map((mailbox) => dsn.recipients[job.mailboxes.indexOf(mailbox)]!) };
}

/** Nobody chooses where there is nothing to choose from. */
function transportOf(
  { transports = {}, routes = [], clock, refusedAt }: Made,
  job: Job,
  destination: Destination,
  { attempt = 1, transport, account }: AttemptOptions,
): Pick<AttemptInput, 'transport'> {
  if (transport === undefined && routes.length === 0) return {};
  const mail = {
    destination,
    from: job.from,
    account: account ?? null,
    attempt,
    transport: transport ?? null,
  };
  const chosen = chooseRoute(mail, routes, transports);
  return { transport: parkIfRefused(chosen, refusedAt, clock()) };
}

/** A relay that does not know us concerns the operator, who hears of it, and not one message but all. */
function noteRefusal(
  { complain, clock, refusedAt }: Made,
  { transport }: AttemptInput,
  { recipients }: AttemptResult,
): void {
  if (transport === undefined) return;
  const refused = rememberRefusal(refusedAt, transport.name, recipients, clock());
  if (refused === null) return;
  const said =
    refused.state.reply === null ? '' : `: ${refused.state.reply.code} ${textOf(refused.state.reply)}`;
  complain(
    `the relay of the transport ${transport.name} does not let us in, and its mail waits (${refused.state.because?.row ?? ''}: ${refused.state.because?.why ?? ''})${said}`,
  );
}
