import {
  BodyStoreCodec,
  Clock,
  Count,
  FilledLine,
  GraceMs,
  QueueStoreCodec,
  TimeMs,
} from '../../effects/codecs/arguments.codec.js';
import { having, methods, strictObject, tagged } from '../../effects/codecs/strict-object.js';
import {
  anything,
  type Codec,
  callable,
  either,
  Line,
  listOf,
  oneOf,
  orNull,
  Signal,
  such,
  Text,
  Texts,
} from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { Doorbell } from '../../effects/queue-stores.js';
import { NOTIFY_WORDS, type Notify } from '../../policy/dsn/request.js';
import type { OperatorOrder } from '../../policy/queue/message.js';
import type { RetrySettings } from '../../policy/queue/settings.js';
import { DkimKeyCodec } from '../dkim/index.js';
import type { QueuePlatform } from './platform.js';
import type {
  IntakeOptions,
  MailToQueue,
  QueueLimits,
  QueueOptions,
  QueuePage,
  QueueTuning,
  RecipientToQueue,
} from './queue.js';

const RetryCodec = strictObject<RetrySettings>('a retry schedule', {
  scheduleMs: such(
    'a list of waits in milliseconds, at least one',
    (value): value is readonly number[] => Array.isArray(value) && value.length > 0 && value.every(TimeMs.is),
  ),
  jitter: such(
    'a number from 0 to 0.5',
    (value): value is number => typeof value === 'number' && value >= 0 && value <= 0.5,
  ),
  delayNoticeAfter: Count,
  lifetimeMs: TimeMs,
});

const LimitsCodec = strictObject<Partial<QueueLimits>>(
  'limits',
  { concurrency: Count, perDomain: Count, perDomainPerMinute: Count },
  [],
);

const TuningCodec = strictObject<Partial<QueueTuning>>(
  'an object with options',
  {
    retry: RetryCodec,
    limits: LimitsCodec,
    keepEndedMs: GraceMs,
    postmaster: FilledLine,
    reportingMta: FilledLine,
    dkimKeys: listOf('a list of keys', DkimKeyCodec),
  },
  [],
);

const OptionsCodec = strictObject<QueueOptions>(
  'an object with options',
  {
    reportingMta: FilledLine,
    postmaster: FilledLine,
    dkimKeys: listOf('a list of keys', DkimKeyCodec),
    engine: methods<QueueOptions['engine']>('an engine', { deliver: true, lastLook: true }),
    store: QueueStoreCodec,
    bodies: BodyStoreCodec,
    retry: RetryCodec,
    limits: LimitsCodec,
    lookEveryMs: TimeMs,
    doorbell: methods<Doorbell>('a doorbell', { ring: true, listen: true }),
    onDoorbell: callable(),
    onCrowded: callable(),
    keepEndedMs: GraceMs,
    clock: Clock,
    toAscii: callable(),
    platform: methods<QueuePlatform>('a platform', { elapsed: true, wait: true, octets: true }),
    laneOf: callable(),
    eventsOf: callable(),
    onSettling: callable(),
    onFault: callable(),
  },
  ['reportingMta', 'postmaster', 'engine', 'store', 'bodies'],
);

const NotifyCodec: Codec<Notify> = such(
  `"absent", "never", or a list of ${NOTIFY_WORDS.join(', ')}`,
  (value): value is Notify =>
    value === 'absent' ||
    value === 'never' ||
    (Array.isArray(value) && value.every(oneOf(...NOTIFY_WORDS).is)),
);

const RecipientCodec = either(
  'an address, or an object with one',
  Text,
  strictObject<RecipientToQueue>(
    'an object with address',
    { address: Text, notify: NotifyCodec, original: Text },
    ['address'],
  ),
);

/** What is checked with every message is not checked twice. */
const MailCodec = strictObject<MailToQueue>(
  'an object with from, to, content and facts',
  {
    id: Line,
    from: anything(),
    to: listOf('a list of recipients', RecipientCodec),
    content: anything(),
    facts: such('what readMessage finds', isObject),
    origin: oneOf('ordinary', 'report'),
    ret: oneOf('absent', 'full', 'headers'),
    envelopeId: Line,
    receivedFrom: Line,
    account: Line,
    transport: Line,
  },
  ['to', 'facts'],
);

function isObject(value: unknown): value is MailToQueue['facts'] {
  return typeof value === 'object' && value !== null;
}

const PageCodec = strictObject<QueuePage>(
  'an object',
  { after: orNull(Text), messagesMax: Count, ended: oneOf('no', 'yes'), domain: Text },
  [],
);

const AN_ORDER = 'an order';
const Plain = strictObject<{ readonly order: 'hold' | 'release' }>(AN_ORDER, {
  order: oneOf('hold', 'release'),
});
const Kick = strictObject<{ readonly order: 'kick'; readonly domain?: string }>(
  AN_ORDER,
  { order: oneOf('kick'), domain: Text },
  ['order'],
);
const Ending = strictObject<{ readonly order: 'fail' | 'drop'; readonly text?: string }>(
  AN_ORDER,
  { order: oneOf('fail', 'drop'), text: Text },
  ['order'],
);
const OrderCodec = tagged<OperatorOrder, 'order'>(AN_ORDER, 'order', {
  hold: Plain,
  release: Plain,
  kick: Kick,
  fail: Ending,
  drop: Ending,
  'set-tls': strictObject(AN_ORDER, {
    order: oneOf('set-tls'),
    tls: oneOf('required', 'ordinary', 'optional'),
    why: Text,
  }),
  'set-transport': strictObject(AN_ORDER, { order: oneOf('set-transport'), transport: orNull(Text) }),
});

const RunCodec = strictObject<{ readonly graceMs?: number }>(
  'an object with options',
  { graceMs: GraceMs },
  [],
);

const IntakeCodec = having<IntakeOptions>(
  'an object with options',
  {
    store: methods<IntakeOptions['store']>('a store with accept', { accept: true }),
    bodies: methods<IntakeOptions['bodies']>('a store with keep', { keep: true }),
    retry: having<NonNullable<IntakeOptions['retry']>>('an object with lifetimeMs', { lifetimeMs: TimeMs }),
    clock: Clock,
    toAscii: callable(),
    laneOf: callable(),
    platform: methods<NonNullable<IntakeOptions['platform']>>('a platform', { elapsed: true }),
  },
  ['store', 'bodies'],
);

/** Throws a {@link MisuseError} for options that no way in can be made with. */
export function checkIntakeOptions(options: IntakeOptions): void {
  checked(IntakeCodec, options, 'WAXSEAL_BAD_OPTIONS');
}

/** Throws a {@link MisuseError} for options that no queue can be made with. */
export function checkQueueOptions(options: QueueOptions): void {
  checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
}

/** Throws a {@link MisuseError}. */
export function checkTuning(tuning: Partial<QueueTuning>): void {
  checked(TuningCodec, tuning, 'WAXSEAL_BAD_OPTIONS');
}

/** Throws a {@link MisuseError}. */
export function checkMailToQueue(mail: MailToQueue): void {
  checked(MailCodec, mail, 'WAXSEAL_BAD_MESSAGE');
}

/** Throws a {@link MisuseError}. */
export function checkRun(signal: AbortSignal, options: { readonly graceMs?: number }): void {
  checked(Signal, signal, 'WAXSEAL_BAD_OPTIONS', 'signal');
  checked(RunCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
}

/** Throws a {@link MisuseError}. */
export function checkPage(page: QueuePage): void {
  checked(PageCodec, page, 'WAXSEAL_BAD_OPTIONS', 'page');
}

/** Throws a {@link MisuseError}. */
export function checkIds(ids: readonly string[]): void {
  checked(Texts, ids, 'WAXSEAL_BAD_OPTIONS', 'ids');
}

/** Throws a {@link MisuseError}. */
export function checkOrder(order: OperatorOrder, actor: string): void {
  checked(OrderCodec, order, 'WAXSEAL_BAD_OPTIONS', 'order');
  checked(Text, actor, 'WAXSEAL_BAD_OPTIONS', 'actor');
}
