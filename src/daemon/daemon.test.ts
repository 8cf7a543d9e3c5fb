/* A daemon in this process, over stores in memory. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memoryBodies, memoryStores } from '../adapters/memory/index.js';
import type { Journal } from '../effects/journal.js';
import type { Stores } from '../effects/stores.js';
import { makeOwnCertificate } from '../hosts/own-certificate.js';
import { readMessage, settingsOf } from '../node.js';
import { type Internet, startInternet } from '../testing/index.js';
import { DEFAULT_CONFIG } from './config/read-config.js';
import { createDaemon, type Daemon } from './daemon.js';

/** Longer than any test may take. */
const DAY_MS = 86_400_000;

let internet: Internet;
let daemon: Daemon;
let stop: AbortController;
let running: Promise<void>;
let atRest: () => Promise<void>;
let journals: Journal[];

beforeEach(async () => {
  journals = [];
  internet = await startInternet({
    dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'], 'MX s.test': ['10 mx.a.test'] },
    mail: { 'mx.a.test': { replies: { rcpt: { '*': '450 4.2.1 later', 's@s.test': '250 2.1.5 well' } } } },
  });
  const { port } = internet;
  daemon = createDaemon({
    ...{
      config: DEFAULT_CONFIG,
      users: [],
      webhooks: [],
      secretOf: () => null,
      reports: null,
      noticeKeys: [],
    },
    settings: settingsOf('rfc', { port, privateAddresses: 'allow', helo: 'mail.s.test' }),
    certificate: await makeOwnCertificate('mail.s.test', Date.now()),
    ...{ stores: watched(memoryStores()), bodies: memoryBodies(), directory: undefined },
    node: { resolver: internet.resolver, ca: [internet.caPem] },
    ...{ requireTls: 'keep', version: '0', clock: Date.now, log: () => undefined, lookEveryMs: DAY_MS },
    keepJournal: (journal) => journals.push(journal),
  });
  stop = new AbortController();
  running = daemon.run(stop.signal, 0);
});
afterEach(async () => {
  stop.abort();
  await running;
  await internet.close();
});

/** The same stores; `atRest` resolves once their queue asks for nothing more, as long as nobody rings. */
function watched({ queue, ...stores }: Stores): Stores {
  let looks = 0;
  atRest = async () => {
    for (let before = -1; before !== looks; ) {
      before = looks;
      for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate);
    }
  };
  return {
    ...stores,
    queue: {
      ...queue,
      claim: (...asked) => {
        looks += 1;
        return queue.claim(...asked);
      },
    },
  };
}

it('carries out at once what an operator orders at its desk', async () => {
  const outcomes = daemon.queue.outcomes();
  const next = async (wanted: string) => {
    for (;;) {
      const { value, done } = await outcomes.next();
      if (done === true) throw new Error('it has ended');
      const { messageId, recipient, outcome } = value;
      if (recipient === wanted) return { id: messageId, outcome };
    }
  };
  const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\nHello.\r\n'));
  const ids = new Map<string, string>();
  for (const recipient of ['kick@a.test', 'fail@a.test', 'drop@a.test']) {
    const mail = { from: 's@s.test', to: [recipient], content };
    await daemon.queue.enqueue({ ...mail, facts: { ...facts, requireTls: 'no', report: 'none' } });
    const { id, outcome } = await next(recipient);
    expect(outcome).toBe('deferred');
    ids.set(recipient, id);
  }
  for (const [order, outcome] of [
    ['kick', 'deferred'],
    ['fail', 'bounced'],
    ['drop', 'dropped'],
  ] as const) {
    const recipient = `${order}@a.test`;
    await atRest();
    const told = next(recipient);
    const answers = await daemon.desk.order([ids.get(recipient)!], { order }, 'ops');
    expect(answers).toHaveLength(1);
    expect(await told).toEqual({ id: ids.get(recipient), outcome });
  }
});

it('gives no attempt more than an hour, so that no server holds a place for ever (CHOICE-17)', async () => {
  const outcomes = daemon.queue.outcomes();
  const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\nHello.\r\n'));
  const mail = { from: 's@s.test', to: ['later@a.test'], content };
  await daemon.queue.enqueue({ ...mail, facts: { ...facts, requireTls: 'no', report: 'none' } });
  await outcomes.next();
  const { startedAt, deadlineAt } = journals[0]!.attempts[0]!.input;
  expect(Math.round((deadlineAt! - startedAt) / 60_000)).toBe(60);
});
