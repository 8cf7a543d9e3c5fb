/* What a queue is given: every word that there is, and none that there is not. */
import { describe, expect, it } from 'vitest';
import type { OperatorOrder } from '../../policy/queue/message.js';
import {
  checkIds,
  checkIntakeOptions,
  checkMailToQueue,
  checkOrder,
  checkPage,
  checkQueueOptions,
  checkRun,
  checkTuning,
} from './check-arguments.js';
import { DEFAULT_RETRY, type MailToQueue, type QueueTuning } from './index.js';
import { mailTo, VirtualQueue } from './virtual-queue.fixture.js';

const misuse = (code: string, ...says: readonly string[]) =>
  expect.objectContaining({ code, message: expect.stringMatching(new RegExp(says.join('.*'))) });

describe('an order', () => {
  it.each<OperatorOrder>([
    { order: 'hold' },
    { order: 'release' },
    { order: 'kick' },
    { order: 'kick', domain: 'a.test' },
    { order: 'fail' },
    { order: 'fail', text: 'gone' },
    { order: 'drop' },
    { order: 'drop', text: '' },
    { order: 'set-tls', tls: 'required', why: 'a contract' },
    { order: 'set-tls', tls: 'ordinary', why: 'a contract' },
    { order: 'set-tls', tls: 'optional', why: 'a contract' },
    { order: 'set-transport', transport: 'relay' },
    { order: 'set-transport', transport: null },
  ])('may be %j', (order) => {
    expect(() => checkOrder(order, 'ops')).not.toThrow();
    expect(() => checkOrder({ ...order, more: 1 } as never, 'ops')).toThrow(
      misuse('WAXSEAL_BAD_OPTIONS', 'order', 'more'),
    );
  });

  it.each([
    [{ order: 'halt' }, '"hold" or'],
    [{ order: '' }, '"set-transport"'],
    [{}, 'order'],
    ['hold', 'an order'],
    [null, 'an order'],
    [{ order: 'hold', text: 'x' }, 'text'],
    [{ order: 'fail', text: 7 }, 'text'],
    [{ order: 'kick', domain: 7 }, 'domain'],
    [{ order: 'set-tls', tls: 'required' }, 'why'],
    [{ order: 'set-tls', tls: 'some', why: 'x' }, 'tls'],
    [{ order: 'set-transport' }, 'transport'],
    [{ order: 'set-transport', transport: 7 }, 'transport'],
  ])('may not be %j', (order, named) => {
    expect(() => checkOrder(order as never, 'ops')).toThrow(misuse('WAXSEAL_BAD_OPTIONS', named));
  });

  it('is given by somebody', () => {
    expect(() => checkOrder({ order: 'hold' }, 7 as never)).toThrow(misuse('WAXSEAL_BAD_OPTIONS', 'actor'));
  });
});

describe('a message', () => {
  it.each<Partial<MailToQueue>>([
    ...(['ordinary', 'report'] as const).map((origin) => ({ origin })),
    ...(['absent', 'full', 'headers'] as const).map((ret) => ({ ret })),
    ...(['absent', 'never', [], ['success', 'failure', 'delay']] as const).map((notify) => ({
      to: [{ address: 'x@a.test', notify, original: 'rfc822;x@a.test' }],
    })),
    { envelopeId: 'E1', receivedFrom: 'host.test', account: 'ann', transport: 'relay' },
  ])('may say %j', (own) => {
    expect(() => checkMailToQueue({ ...mailTo('x@a.test'), ...own })).not.toThrow();
  });

  it.each([
    [{ origin: 'notice' }, 'origin'],
    [{ origin: '' }, 'origin'],
    [{ ret: 'all' }, 'ret'],
    [{ to: [{ address: 'x@a.test', notify: 'always' }] }, 'notify'],
    [{ to: [{ address: 'x@a.test', notify: ['success', 'never'] }] }, 'notify'],
    [{ to: [{ address: 'x@a.test', original: 7 }] }, 'original'],
    [{ to: [{ notify: 'never' }] }, 'to'],
    [{ to: 'x@a.test' }, 'to'],
    [{ facts: null }, 'facts'],
    [{ facts: 'none' }, 'facts'],
    [{ account: 'ann\r\nbob' }, 'account'],
    [{ subject: 'x' }, 'subject'],
  ])('may not say %j', (own, named) => {
    expect(() => checkMailToQueue({ ...mailTo('x@a.test'), ...own } as never)).toThrow(
      misuse('WAXSEAL_BAD_MESSAGE', named),
    );
  });
});

it.each<[string, Partial<QueueTuning>, string]>([
  ['no wait', { retry: { ...DEFAULT_RETRY, scheduleMs: [] } }, 'scheduleMs'],
  ['a wait that is no time', { retry: { ...DEFAULT_RETRY, scheduleMs: [1_000, -1] } }, 'scheduleMs'],
  ['waits that may become nothing', { retry: { ...DEFAULT_RETRY, jitter: 0.51 } }, 'jitter'],
  ['waits that are moved backwards', { retry: { ...DEFAULT_RETRY, jitter: -0.01 } }, 'jitter'],
  ['a notice behind no attempt', { retry: { ...DEFAULT_RETRY, delayNoticeAfter: 0 } }, 'delayNoticeAfter'],
  ['a limit of nothing', { limits: { concurrency: 0, perDomain: 1 } }, 'concurrency'],
  ['half an attempt', { limits: { concurrency: 1, perDomain: 0.5 } }, 'perDomain'],
  [
    'half an attempt a minute',
    { limits: { concurrency: 1, perDomain: 1, perDomainPerMinute: 0.5 } },
    'perDomainPerMinute',
  ],
  ['what is kept for less than no time', { keepEndedMs: -1 }, 'keepEndedMs'],
  ['nobody who sends notices', { postmaster: '' }, 'postmaster'],
  ['a name of two lines', { reportingMta: 'a.test\r\nb.test' }, 'reportingMta'],
  ['keys that are none', { dkimKeys: [{}] as never }, 'dkimKeys'],
])('a queue is not tuned to %s', (_, tuning, named) => {
  expect(() => checkTuning(tuning)).toThrow(misuse('WAXSEAL_BAD_OPTIONS', named));
});

it.each<Partial<QueueTuning>>([
  {},
  { retry: { ...DEFAULT_RETRY, scheduleMs: [1], jitter: 0 } },
  { retry: { ...DEFAULT_RETRY, jitter: 0.5, delayNoticeAfter: 1 } },
  { limits: { concurrency: 1, perDomain: 1, perDomainPerMinute: 1 } },
  { keepEndedMs: 0, postmaster: 'help@a.test', reportingMta: 'mail.a.test', dkimKeys: [] },
])('a queue may be tuned to %j', (tuning) => {
  expect(() => checkTuning(tuning)).not.toThrow();
});

it('ids are texts', () => {
  expect(() => checkIds(['m1'])).not.toThrow();
  expect(() => checkIds([7 as never])).toThrow(misuse('WAXSEAL_BAD_OPTIONS', 'ids'));
});

it.each([
  [{}, null],
  [{ after: null, messagesMax: 1, ended: 'no', domain: 'a.test' }, null],
  [{ after: 'm1', ended: 'yes' }, null],
  [{ ended: 'both' }, 'ended'],
  [{ messagesMax: 0 }, 'messagesMax'],
  [{ after: 7 }, 'after'],
  [{ from: 'm1' }, 'from'],
])('a page %j: what is wrong is %j', (page, named) => {
  const check = () => checkPage(page as never);
  if (named === null) expect(check).not.toThrow();
  else expect(check).toThrow(misuse('WAXSEAL_BAD_OPTIONS', 'page', named));
});

it.each([
  ['engine', { deliver: true, lastLook: true }],
  ['platform', { elapsed: true, wait: true, octets: true }],
  ['doorbell', { ring: true, listen: true }],
])('a queue wants all that there is of its %s', (name, methods) => {
  const { store, bodies, engine } = new VirtualQueue();
  const options = { store, bodies, engine, reportingMta: 'mail.a.test', postmaster: 'postmaster@a.test' };
  expect(() => checkQueueOptions(options)).not.toThrow();
  const all = Object.fromEntries(Object.keys(methods).map((method) => [method, () => undefined]));
  expect(() => checkQueueOptions({ ...options, [name]: all } as never)).not.toThrow();
  for (const method of Object.keys(methods))
    expect(() => checkQueueOptions({ ...options, [name]: { ...all, [method]: undefined } } as never)).toThrow(
      misuse('WAXSEAL_BAD_OPTIONS', `${name}.${method}`),
    );
});

it('a way in needs no more of a store and of bodies than that they take something in', () => {
  const { store, bodies } = new VirtualQueue();
  const least = { store: { accept: store.accept }, bodies: { keep: bodies.keep } };
  expect(() => checkIntakeOptions(least)).not.toThrow();
  for (const [own, named] of [
    [{ store: { claim: store.claim } }, 'accept'],
    [{ bodies: { read: bodies.read } }, 'keep'],
    [{ retry: { lifetimeMs: -1 } }, 'lifetimeMs'],
    [{ platform: {} }, 'elapsed'],
    [{ clock: 7 }, 'clock'],
    [{ toAscii: 'yes' }, 'toAscii'],
    [{ laneOf: 'yes' }, 'laneOf'],
  ] as const)
    expect(() => checkIntakeOptions({ ...least, ...own } as never)).toThrow(
      misuse('WAXSEAL_BAD_OPTIONS', named),
    );
});

it.each<[string, () => void, string]>([
  ['options of a queue', () => checkQueueOptions(7 as never), 'an object with options'],
  ['options of a way in', () => checkIntakeOptions(7 as never), 'an object with options'],
  ['what is tuned', () => checkTuning(7 as never), 'an object with options'],
  ['limits', () => checkTuning({ limits: 7 as never }), 'limits must be limits'],
  ['a schedule', () => checkTuning({ retry: 7 as never }), 'a retry schedule'],
  ['waits', () => checkTuning({ retry: { ...DEFAULT_RETRY, scheduleMs: 7 as never } }), 'a list of waits'],
  ['chance', () => checkTuning({ retry: { ...DEFAULT_RETRY, jitter: 'some' as never } }), 'from 0 to 0.5'],
  ['keys', () => checkTuning({ dkimKeys: 7 as never }), 'a list of keys'],
  ['a page', () => checkPage(7 as never), 'page must be an object'],
  ['ids', () => checkIds('m1' as never), 'ids'],
  ['a signal', () => checkRun(7 as never, {}), 'signal'],
  [
    'options of a run',
    () => checkRun(new AbortController().signal, 7 as never),
    'options must be an object with options',
  ],
  ['a run', () => checkRun(new AbortController().signal, { graceMs: -1 }), 'options.graceMs'],
  ['a message', () => checkMailToQueue(7 as never), 'an object with from, to, content and facts'],
  ['recipients', () => checkMailToQueue({ ...mailTo('x@a.test'), to: 7 as never }), 'a list of recipients'],
  [
    'a recipient',
    () => checkMailToQueue({ ...mailTo('x@a.test'), to: [7 as never] }),
    'an address, or an object with one',
  ],
  ['facts', () => checkMailToQueue({ ...mailTo('x@a.test'), facts: 7 as never }), 'what readMessage finds'],
])('%s that are none are told what they must be', (_, check, says) => {
  expect(check).toThrow(says);
});
