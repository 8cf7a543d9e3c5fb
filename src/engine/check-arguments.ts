/*
 * What callers give the engine, read with the same codecs as files: whoever calls without a compiler is told at once which
 * key is wrong, and never by a message that waits for ever.
 */
import { AttemptResultCodec, DsnRequestCodec, MESSAGE_FIELDS } from '../effects/codecs/attempt.codec.js';
import { DialledCodec } from '../effects/codecs/dialled.codec.js';
import { refused } from '../effects/codecs/result.js';
import { decodePartialSettings } from '../effects/codecs/settings.codec.js';
import { type Fields, methods, strictObject } from '../effects/codecs/strict-object.js';
import { RoutesCodec, TransportsCodec } from '../effects/codecs/transport.codec.js';
import {
  anything,
  callable,
  listOf,
  oneOf,
  orNull,
  Signal,
  such,
  Text,
  wholeFrom,
} from '../effects/codecs/values.js';
import { checked, MisuseError, misused, readAs } from '../effects/misuse.js';
import type { Adapters, GoesBack } from '../effects/ports.js';
import type { SocketPorts } from '../effects/socket-ports.js';
import type { AttemptResult } from '../policy/attempt/types.js';
import { type DsnRequest, isAskable } from '../policy/dsn/request.js';
import type { HeldPolicy, StoppedMessage } from '../policy/mta-sts/last-look.js';
import { lastLook } from '../policy/mta-sts/last-look.table.js';
import type { MessageFacts } from '../policy/require-tls/message.js';
import {
  DEFAULT_SETTINGS,
  PROFILES,
  type ProfileName,
  type Settings,
  settingsOf as settingsOfProfile,
} from '../policy/settings.js';
import type {
  AttemptOptions,
  EngineOptions,
  LastLookOptions,
  LookedAt,
  OutboundMail,
  PlanFacts,
} from './options.js';
import type { SignalMemory } from './signal-memory.js';

const ADAPTERS = {
  'dns.mx': true,
  'dns.txt': true,
  'dns.addresses': true,
  'dns.cname': true,
  'dns.tlsa': true,
  'policy-cache.read': true,
  'policy-cache.write': true,
  'policy.fetch': true,
  'random.draw': true,
  'smtp.session': true,
} as const satisfies { readonly [K in keyof Adapters]: true };

const SOCKETS = {
  tlsOptions: true,
  shownBy: true,
  connectCause: true,
  lostCause: true,
  handshakeFailure: true,
  session: true,
  greetAgain: true,
} as const satisfies { readonly [K in keyof SocketPorts]: true };

export const AdaptersCodec = methods<Adapters>('adapters', ADAPTERS);
export const SomeAdapters = methods<Partial<Adapters>>('adapters', ADAPTERS, 'some');

const DeadlineMs = wholeFrom(1, Number.MAX_SAFE_INTEGER);

/** What an engine is made with. Settings are read by {@link checkSettings}. */
export const ENGINE_FIELDS: Fields<EngineOptions> = {
  adapters: AdaptersCodec,
  sockets: methods<SocketPorts>('sockets', SOCKETS),
  settings: anything(),
  transports: TransportsCodec,
  routes: RoutesCodec,
  clock: callable(),
  wait: callable(),
  deadlineMs: DeadlineMs,
  destinationsAtOnceMax: wholeFrom(1, 1000),
  toAscii: callable(),
  onFault: callable(),
  onAttempt: callable(),
  relayRefusals: such('a Map', (value): value is Map<string, number> => value instanceof Map),
  signals: methods<SignalMemory>('a memory of signals', { note: true, read: true, idle: true }),
};

const EngineOptionsCodec = strictObject<EngineOptions>('an object with options', ENGINE_FIELDS, [
  'adapters',
  'clock',
]);

const SCOPE_LENGTH_MAX = 255;
const ScopeCodec = such(
  `a text of up to ${SCOPE_LENGTH_MAX} characters`,
  (value): value is string => typeof value === 'string' && value.length <= SCOPE_LENGTH_MAX,
);

const ATTEMPT_FIELDS: Fields<AttemptOptions> = {
  attempt: wholeFrom(1, Number.MAX_SAFE_INTEGER),
  transport: Text,
  account: Text,
  dialled: DialledCodec,
  signal: Signal,
  deadlineMs: DeadlineMs,
  scope: ScopeCodec,
  onEntry: callable(),
  onResult: callable(),
  goesBack: strictObject<GoesBack>('an object with name and onCrowded', {
    name: Text,
    onCrowded: callable(),
  }),
};

const AttemptOptionsCodec = strictObject<AttemptOptions>('an object with options', ATTEMPT_FIELDS, []);

const FactsCodec = strictObject<MessageFacts>('what readMessage finds', MESSAGE_FIELDS);
const SomeFactsCodec = strictObject<Partial<MessageFacts>>('what readMessage finds', MESSAGE_FIELDS, []);

/** Throws a {@link MisuseError} for options that no engine can be made with. */
export function checkEngineOptions(options: EngineOptions): EngineOptions {
  const checkedOptions = checked(EngineOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  if (checkedOptions.settings !== undefined) checkSettings(checkedOptions.settings);
  return checkedOptions;
}

/** Throws a {@link MisuseError} for options that no attempt can be made with. */
export function checkAttemptOptions(options: AttemptOptions): AttemptOptions {
  return checked(AttemptOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
}

const MailCodec = strictObject<OutboundMail>(
  'an object with from, to, content and facts',
  { from: anything(), to: anything(), content: anything(), facts: anything(), dsn: anything() },
  [],
);

/** Throws a {@link MisuseError} for a message that nothing could be decided about, or that could not be read. */
export function checkMail(mail: OutboundMail): void {
  checked(MailCodec, mail, 'WAXSEAL_BAD_MESSAGE', 'mail');
  checked(Text, mail.from, 'WAXSEAL_BAD_MESSAGE', 'from');
  checked(Recipients, mail.to, 'WAXSEAL_BAD_MESSAGE', 'to');
  if (typeof mail.content !== 'function') {
    throw new MisuseError(
      'WAXSEAL_BAD_MESSAGE',
      'content must be a function that answers the octets of the message, as that of readMessage does',
    );
  }
  const missing = Object.keys(MESSAGE_FIELDS).filter(
    (name) => name !== 'sender' && mail.facts?.[name as keyof OutboundMail['facts']] === undefined,
  );
  if (missing.length > 0) {
    throw new MisuseError(
      'WAXSEAL_BAD_MESSAGE',
      `the facts of the message lack ${missing.join(', ')}; readMessage finds most of them, and only you know requireTls and report`,
    );
  }
  checked(FactsCodec, { ...mail.facts, sender: mail.from }, 'WAXSEAL_BAD_MESSAGE', 'facts');
  if (mail.dsn !== undefined) checkDsn(mail.dsn, mail.to.length);
}

function checkDsn(dsn: DsnRequest, count: number): void {
  checked(DsnRequestCodec, dsn, 'WAXSEAL_BAD_MESSAGE', 'dsn');
  if (dsn.recipients.length !== count)
    throw new MisuseError(
      'WAXSEAL_BAD_MESSAGE',
      `dsn.recipients needs one entry for each of the ${count} in to`,
    );
  if (!isAskable(dsn)) {
    throw new MisuseError(
      'WAXSEAL_BAD_MESSAGE',
      'dsn asks for what no command can say: envelopeId is printable ASCII of at most 100 octets, original is TYPE;ADDRESS, and notify names each word once',
    );
  }
}

const Recipients = listOf('a list of addresses', Text);

const LookedAtCodec = strictObject<LookedAt>(
  'an object with from and facts',
  { from: Text, facts: SomeFactsCodec },
  [],
);

/** Of a message that is not there. Throws a {@link MisuseError}. */
export function checkLookedAt(mail: LookedAt): LookedAt {
  return checked(LookedAtCodec, mail, 'WAXSEAL_BAD_MESSAGE', 'mail');
}

const PlanFactsCodec = strictObject<PlanFacts & Partial<MessageFacts>>(
  'an object with facts of a message',
  { ...MESSAGE_FIELDS, from: Text, to: Recipients },
  [],
);

/** Throws a {@link MisuseError}. */
export function checkPlanFacts(facts: PlanFacts): PlanFacts {
  return checked(PlanFactsCodec, facts, 'WAXSEAL_BAD_MESSAGE', 'facts');
}

/** Throws a {@link MisuseError} for what is no list of addresses, or no scope. */
export function checkSignalsQuestion(recipients: readonly string[], scope: string): void {
  checked(Recipients, recipients, 'WAXSEAL_BAD_ADDRESS', 'recipients');
  checked(ScopeCodec, scope, 'WAXSEAL_BAD_OPTIONS', 'scope');
}

/** Throws a {@link MisuseError} for what is no text. */
export function checkText(
  value: string,
  code: 'WAXSEAL_BAD_DOMAIN' | 'WAXSEAL_BAD_MESSAGE',
  name: string,
): void {
  checked(Text, value, code, name);
}

/** Throws a {@link MisuseError} for settings that no attempt may be made with. */
export function checkSettings(settings: Settings): void {
  readAs(decodePartialSettings(settings), 'WAXSEAL_BAD_SETTINGS', 'settings');
  const missing = [
    ...missingFrom(settings, DEFAULT_SETTINGS),
    ...missingFrom(settings.deadlines ?? {}, DEFAULT_SETTINGS.deadlines).map((name) => `deadlines.${name}`),
  ];
  if (missing.length === 0) return;
  const names = missing.slice(0, 3).join(', ');
  throw new MisuseError('WAXSEAL_BAD_SETTINGS', `settings lack ${names}; make them with settingsOf`);
}

function missingFrom(value: object, whole: object): readonly string[] {
  return Object.entries(whole).flatMap(([name]) => (value[name as never] === undefined ? [name] : []));
}

/**
 * The settings of a profile with some of them replaced; of the deadlines, too, only those that differ need be given. Throws a
 * {@link MisuseError} that names a setting which does not exist or cannot have that value.
 */
export function settingsOf(
  profile: ProfileName,
  own: Partial<Omit<Settings, 'deadlines'>> & { readonly deadlines?: Partial<Settings['deadlines']> } = {},
): Settings {
  checked(oneOf(...(Object.keys(PROFILES) as ProfileName[])), profile, 'WAXSEAL_BAD_SETTINGS', 'profile');
  const decoded = decodePartialSettings(own);
  return settingsOfProfile(profile, readAs(decoded, 'WAXSEAL_BAD_SETTINGS'));
}

const PurposeCodec = strictObject<{ readonly purpose: 'learn' | 'refresh' }>('an object with purpose', {
  purpose: oneOf('learn', 'refresh'),
});

/** Throws a {@link MisuseError}. */
export function checkPurpose(wanted: { readonly purpose: 'learn' | 'refresh' }): void {
  checked(PurposeCodec, wanted, 'WAXSEAL_BAD_OPTIONS');
}

const StoppedCodec = strictObject<StoppedMessage>('what whatStopped says', {
  stopped: oneOf(...lastLook.inputs.stopped),
  domain: orNull(Text),
  held: orNull(anything<HeldPolicy>()),
});

/** Throws a {@link MisuseError} for what is neither the result of an attempt nor what stopped it. */
export function checkStopped(stopped: AttemptResult | StoppedMessage): void {
  if (typeof stopped !== 'object' || stopped === null)
    throw misused(
      refused([{ path: '', expected: 'the result of an attempt', actual: String(stopped) }]).problems,
      'WAXSEAL_BAD_OPTIONS',
      'stopped',
    );
  if ('stopped' in stopped) checked(StoppedCodec, stopped, 'WAXSEAL_BAD_OPTIONS', 'stopped');
  else checked(AttemptResultCodec, stopped, 'WAXSEAL_BAD_OPTIONS', 'stopped');
}

const LastLookOptionsCodec = strictObject<LastLookOptions>(
  'an object with options',
  { ...ATTEMPT_FIELDS, patience: oneOf(...lastLook.inputs.patience) },
  [],
);

/** Throws a {@link MisuseError}. */
export function checkLastLookOptions(options: LastLookOptions): LastLookOptions {
  return checked(LastLookOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
}
