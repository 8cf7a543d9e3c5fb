/*
 * The composition root: what can be asked of an engine, checked, and given to who carries it out. A fault of ours defers.
 */
import type { AttemptResult } from '../policy/attempt/types.js';
import { judgeLastLook, type StoppedMessage, whatStopped } from '../policy/mta-sts/last-look.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import { parseEnvelope, parseSender } from './attempt-inputs.js';
import { carryOut, findPolicy } from './carry-out.js';
import {
  checkAttemptOptions,
  checkEngineOptions,
  checkLastLookOptions,
  checkLookedAt,
  checkMail,
  checkPurpose,
  checkSignalsQuestion,
  checkStopped,
} from './check-arguments.js';
import { deadlineOf } from './job.js';
import { asciiBy, made } from './made.js';
import type {
  AttemptOptions,
  EngineOptions,
  LastLookOptions,
  LookedAt,
  OutboundMail,
  PlanFacts,
} from './options.js';
import { planInput, planPorts } from './plan/asked.js';
import { type Connection, connectAttempt } from './plan/connect.js';
import { type Plan, planAttempt } from './plan/plan.js';
import { notADomain, POSTMASTER, postmasterAt } from './postmaster.js';
import { assertReady, type NotReadyError } from './ready.js';
import type { DeliveryResult, LastLook, PolicyResult } from './results.js';
import { answerSignals, type SignalsAnswer } from './signals.js';

export type { DeliveryResult, LastLook, PolicyResult } from './results.js';

export interface Engine {
  /**
   * One attempt for each destination of the message, side by side. Throws a {@link MisuseError} for what is no address, and never for
   * what the world does.
   */
  deliver(mail: OutboundMail, options?: AttemptOptions): Promise<DeliveryResult>;
  /** Goes the way of a message to postmaster at a domain, up to EHLO after TLS, and sends nothing. */
  explain(domain: string, mail?: LookedAt, options?: AttemptOptions): Promise<DeliveryResult>;
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
  lastLook(stopped: AttemptResult | StoppedMessage, options?: LastLookOptions): Promise<LastLook>;
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

/** An engine over those adapters. Throws a {@link MisuseError} for options and settings that say nothing sensible. */
export function createEngine(given: EngineOptions): Engine {
  const options = made(checkEngineOptions(given));
  deadlineOf(options, {});
  const toAscii = asciiBy(options.toAscii);
  const engine: Engine = {
    async deliver(mail, attemptOptions = {}) {
      const checkedOptions = checkAttemptOptions(attemptOptions);
      checkMail(mail);
      const envelope = parseEnvelope(mail, toAscii);
      return carryOut(options, { ...mail, ...envelope, purpose: 'deliver' }, checkedOptions);
    },
    async explain(domain, lookedAt = {}, attemptOptions = {}) {
      const checkedOptions = checkAttemptOptions(attemptOptions);
      const { from = POSTMASTER, facts = {} } = checkLookedAt(lookedAt);
      const known = { ...PLAIN_FACTS, ...facts };
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
    async lastLook(last, options = {}) {
      checkStopped(last);
      const { patience = 'left', ...attemptOptions } = checkLastLookOptions(options);
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
