/* Queues over a small internet and real sockets: what is delivered, what waits, what comes back. */

import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { domainToASCII } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileBodies } from '../../adapters/files/index.js';
import { memoryBodies, memoryQueueStore } from '../../adapters/memory/index.js';
import type { World } from '../../adapters/scripted/index.js';
import { sqliteStores } from '../../adapters/sqlite/index.js';
import type { BodyStore, QueueStore } from '../../effects/queue-stores.js';
import { readMessage } from '../../engine/read-message.js';
import { createNodeEngine } from '../../node.js';
import { type Settings, settingsOf } from '../../policy/settings.js';
import { type Internet, startInternet } from '../../testing/index.js';
import { ed25519Pem, keyOf, verifySignatures } from '../dkim/keys.fixture.js';
import {
  createQueue,
  DEFAULT_RETRY,
  type MailToQueue,
  type Queue,
  type QueueOptions,
  type QueueOutcome,
  RETRY_PRESETS,
} from './index.js';
import { viewOf } from './message-view.js';
import { NODE_PLATFORM } from './platform.js';

const HOUR_MS = 3_600_000;
const TEXT = 'From: ann@a.test\r\nSubject: hello\r\nMessage-ID: <m1@a.test>\r\n\r\nbody\r\n';

const domain = (name: string) => ({ [`MX ${name}`]: [`10 mx.${name}`], [`A mx.${name}`]: [`@mx.${name}`] });
const world: World = {
  signedZones: ['s1.test', 's2.test'],
  dns: {
    ...domain('s1.test'),
    ...domain('s2.test'),
    ...domain('a.test'),
    ...domain('b.test'),
    ...domain('down.test'),
    ...domain('clear.test'),
    ...domain('closed.test'),
    ...domain('sts.test'),
    'TXT _mta-sts.sts.test': ['v=STSv1; id=1;'],
    'A mta-sts.sts.test': ['@mta-sts.sts.test'],
    'MX null.test': ['0 .'],
  },
  mail: {
    'mx.a.test': {},
    'mx.b.test': {
      replies: { rcpt: { 'no@b.test': '550 5.1.1 no such mailbox', 'later@b.test': '451 4.3.0 later' } },
    },
    'mx.down.test': { connect: 'refuse' },
    'mx.s1.test': { keywordsAfterTls: ['REQUIRETLS'] },
    'mx.s2.test': { keywordsAfterTls: ['REQUIRETLS'] },
    'mx.clear.test': {
      starttls: 'broken',
      replies: { mail: '530 5.7.0 Must issue a STARTTLS command first' },
    },
    'mx.closed.test': { replies: { mail: '550 5.7.27 not from you' } },
    'mx.sts.test': {},
  },
  policy: {
    'mta-sts.sts.test': { body: 'version: STSv1\nmode: enforce\nmx: other.sts.test\nmax_age: 604800\n' },
  },
};

let internet: Internet;
let passed: number;
let stop: AbortController;
let running: Promise<void>;
let queue: Queue;
let faults: string[];
const clock = () => Date.now() + passed;

beforeEach(async () => {
  passed = 0;
  faults = [];
  internet = await startInternet(world);
});
afterEach(async () => {
  stop?.abort();
  await running;
  await internet.close();
});

function open(own: Partial<QueueOptions> = {}, settings: Partial<Settings> = {}): Queue {
  const engine = createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    dnsCache: 'off',
    clock,
    settings: settingsOf('rfc', {
      port: internet.port,
      httpsPort: internet.httpsPort,
      privateAddresses: 'allow',
      helo: 'mail.a.test',
      ...settings,
    }),
  });
  return createQueue({
    ...{ engine, clock, reportingMta: 'mail.a.test', postmaster: 'postmaster@a.test' },
    ...{ store: memoryQueueStore(), bodies: memoryBodies() },
    onFault: (message) => faults.push(message),
    ...own,
  });
}

function start(own: Partial<QueueOptions> = {}, settings: Partial<Settings> = {}): void {
  queue = open(own, settings);
  stop = new AbortController();
  running = queue.run(stop.signal);
}

function mailTo(to: MailToQueue['to'], own: Partial<MailToQueue> = {}): MailToQueue {
  const { content, facts } = readMessage(Buffer.from(TEXT));
  return { from: 'ann@a.test', to, content, facts: { ...facts, requireTls: 'no', report: 'none' }, ...own };
}

/** The next outcomes, until there are so many. */
async function next(outcomes: AsyncIterator<QueueOutcome>, count: number): Promise<readonly QueueOutcome[]> {
  const found: QueueOutcome[] = [];
  while (found.length < count) {
    const { value, done } = await outcomes.next();
    if (done === true) throw new Error('the queue has ended');
    found.push(value);
  }
  return found;
}

const short = ({ recipient, outcome, turn }: QueueOutcome) => [recipient, outcome, turn.word?.status];

describe('a queue', () => {
  it('keeps the sender as it is written, in A-labels', async () => {
    const waiting = open({ toAscii: domainToASCII });
    await waiting.enqueue(mailTo(['later@b.test'], { from: 's@b\u00fccher.test' }));
    expect(await waiting.list()).toMatchObject([{ from: 's@xn--bcher-kva.test' }]);
  });

  it('delivers, refuses and waits, each recipient by itself, and gives back what failed (SMTP-4.2.1-1, SMTP-4.2.1-2, SMTP-3.6.3-1, SMTP-6.1-1)', async () => {
    start();
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['yes@b.test', 'no@b.test', 'later@b.test', 'x@null.test']));
    const found = await next(outcomes, 6);
    expect(found.map(short).sort()).toEqual([
      ['ann@a.test', 'delivered', '2.0.0'],
      ['ann@a.test', 'delivered', '2.0.0'],
      ['later@b.test', 'deferred', '4.3.0'],
      ['no@b.test', 'bounced', '5.1.1'],
      ['x@null.test', 'bounced', '5.1.10'],
      ['yes@b.test', 'delivered', '2.0.0'],
    ]);
    const [shown] = await queue.list();
    expect(shown).toMatchObject({ id, recipients: [{}, {}, { state: 'waiting', attempts: 1 }, {}] });
    const notices = internet.received('mx.a.test');
    expect(notices.map(({ sender, recipients }) => [sender, recipients])).toEqual([
      ['', ['ann@a.test']],
      ['', ['ann@a.test']],
    ]);
    const told = notices.map(({ text }) => text).join('');
    expect(told).toContain('Diagnostic-Code: smtp; 550 5.1.1 no such mailbox\r\n');
    expect(told).toContain('Diagnostic-Code: smtp; 556 5.1.10 Recipient address has null MX\r\n');
    expect(told).not.toContain('later@b.test');
    expect(faults).toEqual([]);
  });

  it('forgets the octets of what has ended, and keeps those of what waits', async () => {
    const bodies = memoryBodies();
    start({ bodies });
    const outcomes = queue.outcomes();
    await queue.enqueue(mailTo(['yes@b.test', 'x@null.test']));
    const id = await queue.enqueue(mailTo(['yes@b.test', 'later@b.test']));
    await next(outcomes, 5);
    stop.abort();
    await running;
    const kept: string[] = [];
    for (let page: string | null | undefined; page !== null; ) {
      const { ids, next: after } = await bodies.list(page ?? null);
      kept.push(...ids);
      page = after;
    }
    expect(kept).toEqual([id]);
    expect(faults).toEqual([]);
  });

  it('keeps the octets of what may have been accepted, though nobody could be told so', async () => {
    const store = memoryQueueStore();
    const losing: QueueStore = {
      ...store,
      // The commit was carried out, and the answer to it lost.
      accept: (messages) => store.accept(messages).then(() => Promise.reject(new Error('connection lost'))),
    };
    start({ store: losing });
    const outcomes = queue.outcomes();
    await expect(queue.enqueue(mailTo(['y@b.test']))).rejects.toThrow('connection lost');
    expect((await next(outcomes, 1)).map(short)).toEqual([['y@b.test', 'delivered', '2.0.0']]);
    expect(faults).toEqual([]);
  });

  it('tries again when its time has come, or the operator says so, and then no more (SMTP-4.5.4.1-1, SMTP-4.5.4.1-2)', async () => {
    start();
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['x@down.test']));
    const [first] = await next(outcomes, 1);
    const waitMs = first!.nextAttemptAt! - first!.at;
    expect(waitMs).toBeGreaterThan(DEFAULT_RETRY.scheduleMs[0]! * 0.89);
    expect(waitMs).toBeLessThan(DEFAULT_RETRY.scheduleMs[0]! * 1.11);
    await internet.change({ mail: { 'mx.down.test': {} } });
    expect(await queue.order([id], { order: 'kick' }, 'ops')).toEqual(['change']);
    expect((await next(outcomes, 1)).map(short)).toEqual([['x@down.test', 'delivered', '2.0.0']]);
    expect(internet.received('mx.down.test')).toHaveLength(1);
    expect(await queue.order([id], { order: 'kick' }, 'ops')).toEqual(['refuse']);
    expect(await queue.show([id])).toMatchObject([
      { recipients: [{ state: 'delivered', attempts: 2, last: { status: '2.0.0', reply: { code: 250 } } }] },
    ]);
  });

  it('names the policy that stopped a message, and looks for a new one before it gives up (STS-5-4, STS-5.1-3, X-14)', async () => {
    start({ retry: { ...DEFAULT_RETRY, scheduleMs: [HOUR_MS], jitter: 0 } });
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['x@sts.test']));
    expect((await next(outcomes, 1)).map(short)).toEqual([['x@sts.test', 'deferred', '4.7.5']]);
    // The owner changes the policy, and it still does not list the host: there is one attempt more, and then an end.
    const policyOf = (mx: string) => ({
      body: `version: STSv1\nmode: enforce\nmx: ${mx}\nmax_age: 604800\n`,
    });
    await queue.order([id], { order: 'kick' }, 'ops');
    await next(outcomes, 2);
    const [notice] = internet.received('mx.a.test');
    const text = notice!.text;
    expect(text).toContain('Action: failed\r\nStatus: 4.7.5\r\n');
    expect(text).not.toContain('Remote-MTA');
    expect(text).toContain('  MTA-STS: ');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'no line of the policy lists mx.sts.test; it has "mx: other.sts.test"',
    );
    expect(text).not.toContain('operator');
    expect(text.replace(/\s+/g, ' ')).toMatch(
      /It would be different, if this changed: - Publish the MTA-STS policy of sts\.test with the line "mx: mx\.sts\.test"/,
    );

    await queue.enqueue(mailTo(['y@sts.test']));
    const [waiting] = await next(outcomes, 1);
    await internet.change({
      dns: { 'TXT _mta-sts.sts.test': ['v=STSv1; id=2;'] },
      policy: { 'mta-sts.sts.test': policyOf('mx.sts.test') },
    });
    await queue.order([waiting!.messageId], { order: 'kick' }, 'ops');
    expect((await next(outcomes, 1)).map(short)).toEqual([['y@sts.test', 'delivered', '2.0.0']]);
  });

  it('tells of success if it was asked to, and of nothing if it was asked not to (DSN-3461-5.2.2-2, DSN-3461-5.2.8-1)', async () => {
    start();
    const outcomes = queue.outcomes();
    await queue.enqueue(
      mailTo(
        [
          { address: 'one@b.test', notify: ['success'], original: 'rfc822;first@b.test' },
          { address: 'two@b.test' },
          { address: 'no@b.test', notify: 'never' },
        ],
        { envelopeId: 'E+1' },
      ),
    );
    await next(outcomes, 4);
    const [notice, ...others] = internet.received('mx.a.test');
    expect(others).toEqual([]);
    const text = notice!.text;
    expect(text).toContain('Original-Envelope-Id: E+1\r\n');
    expect(text).toContain(
      'Original-Recipient: rfc822; first@b.test\r\nFinal-Recipient: rfc822; one@b.test\r\nAction: relayed\r\nStatus: 2.0.0\r\n',
    );
    expect(text).not.toMatch(/two@b\.test|no@b\.test/);
  });

  it('tells in one notice of all recipients of a message who failed at once, and says nothing of RET (DSN-3464-2-3, DSN-3461-6.1-1)', async () => {
    await internet.change({
      mail: { 'mx.a.test': { keywordsAfterTls: ['DSN'] }, 'mx.closed.test': { connect: 'refuse' } },
    });
    start({ retry: { ...DEFAULT_RETRY, scheduleMs: [HOUR_MS], jitter: 0 } });
    const outcomes = queue.outcomes();
    const two = ['one@closed.test', 'two@closed.test'];
    const id = await queue.enqueue(mailTo(two, { ret: 'full', envelopeId: 'E1' }));
    await next(outcomes, 2);
    await queue.order([id], { order: 'kick' }, 'ops');
    await next(outcomes, 3);
    const [notice, ...others] = internet.received('mx.a.test');
    expect(others).toEqual([]);
    expect(notice!.text.match(/^Final-Recipient: .*/gm)).toEqual(
      two.map((address) => `Final-Recipient: rfc822; ${address}`),
    );
    const commands = internet.sessions('mx.a.test').flatMap((session) => session.commands);
    expect(commands.filter((line) => /^(?:MAIL|RCPT)/.test(line))).toEqual([
      expect.stringMatching(/^MAIL FROM:<>( SIZE=\d+)?( BODY=8BITMIME)?$/),
      'RCPT TO:<ann@a.test> NOTIFY=NEVER',
    ]);
  });

  it('tells each sender of a domain that is down for days, though few of its messages are tried (SMTP-4.5.4.1-5, DSN-3461-5.2.5-1, SMTP-3.6.3-1)', async () => {
    await internet.change({ mail: { 'mx.closed.test': { connect: 'refuse' } } });
    let reviews = 0;
    const kept = memoryQueueStore();
    const review: QueueStore['review'] = (plan) => {
      reviews += 1;
      return kept.review(plan);
    };
    start({
      store: { ...kept, review },
      retry: {
        scheduleMs: [HOUR_MS, HOUR_MS, HOUR_MS],
        jitter: 0,
        delayNoticeAfter: 2,
        lifetimeMs: 20 * HOUR_MS,
      },
      // Hours pass while nothing is under way.
      platform: {
        ...NODE_PLATFORM,
        elapsed: () => performance.now() + passed,
        wait: (ms, signal) => NODE_PLATFORM.wait(Math.min(ms, 10), signal),
      },
      bodies: memoryBodies(),
    });
    const count = 60;
    const ids = await Promise.all(
      Array.from({ length: count }, (_, at) => queue.enqueue(mailTo([`x${at}@closed.test`]))),
    );
    const ends = async () => (await queue.show(ids)).map(({ recipients }) => recipients[0]!.state);
    const isBusy = async () => {
      const { attempting, oldestDueAt } = await kept.counts(clock());
      return attempting > 0 || oldestDueAt !== null;
    };
    // One is tried an hour, and whoever waits is looked at once an hour, in another third of it.
    for (let states = await ends(); states.includes('waiting'); states = await ends()) {
      const before = reviews;
      for (let third = 0; third < 3; third++) {
        passed += HOUR_MS / 3 + 1;
        while (await isBusy()) await pause(2);
      }
      while (reviews === before || (await isBusy())) await pause(2);
    }
    expect(new Set(await ends())).toEqual(new Set(['expired']));
    while ((await queue.list()).length > 0) await pause(10);
    const told = internet.received('mx.a.test').map(({ text }) => text);
    for (const action of ['delayed', 'failed'])
      expect(told.filter((text) => text.includes(`Action: ${action}\r\n`))).toHaveLength(count);
    const untried = (await queue.show(ids)).filter(({ recipients }) => recipients[0]!.attempts === 0);
    expect(untried.length).toBeGreaterThan(0);
    const unheard = 'No server that takes mail for closed.test could be reached.';
    const notHeard = told.filter((text) => text.replace(/\s+/g, ' ').includes(unheard));
    expect(notHeard.length).toBeGreaterThanOrEqual(2 * untried.length);
    expect(faults).toEqual([]);
  });

  it('tells the operator what of his own stood in the way, and nobody else (DSN-3464-4.2-1)', async () => {
    start({ retry: { ...DEFAULT_RETRY, scheduleMs: [HOUR_MS] } });
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['later@b.test']));
    await next(outcomes, 1);
    await queue.order([id], { order: 'set-transport', transport: 'nowhere' }, 'ops');
    await queue.order([id], { order: 'kick' }, 'ops');
    const [waits] = await next(outcomes, 1);
    const own = 'There is no transport of the name nowhere.';
    expect(waits!.turn.word).toMatchObject({
      because: { row: 'HOP-6' },
      ownFacts: expect.arrayContaining([own]),
    });
    const [shown] = (await queue.show([id])).map(viewOf);
    expect(shown!.recipients[0]!.because!.facts).toContain(own);
    await queue.order([id], { order: 'fail', text: 'a word' }, 'ops');
    while ((await queue.list()).length > 0) await pause(10);
    for (const { text } of internet.received('mx.a.test')) expect(text).not.toContain('nowhere');
    expect((await queue.show([id]))[0]!.recipients[0]!.last).not.toHaveProperty('ownFacts');
  });

  it('tells of each who fails behind the same attempt, by itself or by order (SMTP-3.6.3-1)', async () => {
    start();
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['no@b.test', 'later@b.test']));
    await next(outcomes, 3);
    await queue.order([id], { order: 'fail', text: 'not any more' }, 'ops');
    expect((await next(outcomes, 2)).map(short)).toContainEqual(['later@b.test', 'bounced', '5.0.0']);
    const told = internet
      .received('mx.a.test')
      .flatMap(({ text }) => text.match(/^Final-Recipient: .*/gm) ?? []);
    expect(told).toEqual(['Final-Recipient: rfc822; no@b.test', 'Final-Recipient: rfc822; later@b.test']);
    expect(faults).toEqual([]);
  });

  it('returns what a server will only take under TLS, if there is none to be had (RTLS-4.2.2-2)', async () => {
    start();
    const outcomes = queue.outcomes();
    await queue.enqueue(mailTo(['x@clear.test']));
    expect((await next(outcomes, 2)).map(short)).toContainEqual(['x@clear.test', 'bounced', '5.7.0']);
    expect(internet.received('mx.a.test')[0]!.text).toContain(
      'Status: 5.7.0\r\nRemote-MTA: dns; mx.clear.test',
    );
  });

  it('waits for TLSA records that the operator demands, and returns the message in the end (DANE-6-1)', async () => {
    const rule = {
      destination: 'b.test',
      demand: 'dane',
      owner: 'ops',
      reason: 'a test',
      expiresAt: null,
    } as const;
    start({ retry: { ...DEFAULT_RETRY, scheduleMs: [HOUR_MS], jitter: 0 } }, { destinations: [rule] });
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['x@b.test']));
    expect((await next(outcomes, 1)).map(short)).toEqual([['x@b.test', 'deferred', '4.7.5']]);
    expect(await queue.list()).toMatchObject([{ recipients: [{ state: 'waiting' }] }]);
    await queue.order([id], { order: 'kick' }, 'ops');
    expect((await next(outcomes, 2)).map(short)).toContainEqual(['x@b.test', 'expired', '4.7.5']);
    expect(internet.received('mx.a.test')[0]!.text).toContain('Action: failed\r\nStatus: 4.7.5\r\n');
    expect(internet.received('mx.b.test')).toEqual([]);
  });

  describe('octets that are not what was accepted', () => {
    const LONG = `Subject: a secret\r\n\r\n${'a line of it\r\n'.repeat(20_000)}`;
    const harmed: Readonly<Record<string, (bodies: BodyStore, id: string) => Promise<unknown>>> = {
      removed: (bodies, id) => bodies.remove([id]),
      shortened: (bodies, id) => bodies.keep(id, () => [Buffer.from(LONG.slice(0, 100_000))]),
      exchanged: (bodies, id) => bodies.keep(id, () => [Buffer.from(LONG.replaceAll('secret', 'strang'))]),
    };

    it.each(Object.keys(harmed))(
      'are sent to nobody, and their sender hears of it once his patience is over: %s (SMTP-3.6.3-1)',
      async (how) => {
        const bodies = memoryBodies();
        start({ bodies, retry: { ...DEFAULT_RETRY, scheduleMs: [5_000], jitter: 0 } });
        const outcomes = queue.outcomes()[Symbol.asyncIterator]();
        await internet.change({
          mail: { 'mx.a.test': { replies: { rcpt: { 'x@a.test': '451 4.3.0 later' } } } },
        });
        const content = () => [Buffer.from(LONG)];
        const id = await queue.enqueue(mailTo(['x@a.test'], { content }));
        expect(await next(outcomes, 1)).toMatchObject([{ outcome: 'deferred' }]);
        await harmed[how]!(bodies, id);
        await internet.change({ mail: { 'mx.a.test': {} } });
        faults = [];
        passed += 10_000;
        await queue.order([id], { order: 'kick' }, 'ops');
        const [{ outcome, turn }] = (await next(outcomes, 1)) as [QueueOutcome];
        expect([outcome, turn.decision.row]).toEqual(['deferred', expect.stringMatching(/./)]);
        expect(faults).toEqual([expect.stringMatching(/is not what was accepted|are not kept/)]);
        expect(internet.received('mx.a.test')).toEqual([]);
        // It may come back out of a backup for as long as a message may wait.
        passed += 6 * 86_400_000;
        await queue.order([id], { order: 'kick' }, 'ops');
        expect(await next(outcomes, 2)).toMatchObject([
          { recipient: 'x@a.test', outcome: 'expired' },
          { recipient: 'ann@a.test', outcome: 'delivered' },
        ]);
        const [notice, ...others] = internet.received('mx.a.test').map(({ text }) => text);
        expect(others).toEqual([]);
        expect(notice).toContain('nothing of it is');
        expect(notice).not.toMatch(/a line of it|Subject: a s/);
      },
    );
  });

  it('signs what it says itself, and tells of it where it cannot', async () => {
    const key = keyOf(ed25519Pem(), 'n2026');
    start({ dkimKeys: [key] });
    const outcomes = queue.outcomes();
    await queue.enqueue(mailTo(['no@b.test']));
    await next(outcomes, 2);
    const [signature, ...others] = verifySignatures(internet.received('mx.a.test')[0]!.text, [key]);
    expect([signature!.get('d'), signature!.get('s'), others]).toEqual(['a.test', 'n2026', []]);
    queue.tune({ dkimKeys: [{ ...key, privateKeyPem: 'none' }] });
    await queue.enqueue(mailTo(['no@b.test']));
    await next(outcomes, 2);
    expect(internet.received('mx.a.test')[1]!.text).not.toContain('DKIM-Signature');
    expect(faults).toEqual([expect.stringContaining('a notice is not signed')]);
  });

  it('asks a server anew that refused the sender before (SMTP-4.5.4.1-6)', async () => {
    start();
    const outcomes = queue.outcomes();
    for (const count of [1, 2]) {
      await queue.enqueue(mailTo(['x@closed.test']));
      expect((await next(outcomes, 2)).map(short)).toContainEqual(['x@closed.test', 'bounced', '5.7.27']);
      expect(internet.sessions('mx.closed.test')).toHaveLength(count);
    }
  });

  it('tags the parts for all domains alike (RTLS-4.1-4)', async () => {
    start();
    const outcomes = queue.outcomes();
    const mail = mailTo(['x@s1.test', 'y@s2.test', 'z@s2.test']);
    await queue.enqueue({ ...mail, facts: { ...mail.facts, requireTls: 'yes' } });
    expect((await next(outcomes, 3)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('delivered'));
    for (const host of ['mx.s1.test', 'mx.s2.test']) {
      const commands = internet.sessions(host).flatMap((session) => session.commands);
      expect(commands.filter((line) => line.startsWith('MAIL'))).toEqual([
        expect.stringMatching(/ REQUIRETLS$/),
      ]);
    }
  });

  it('makes eight attempts, and tells the sender of the delay behind the fifth alone (CHOICE-11)', async () => {
    const minutes = ({ scheduleMs }: typeof DEFAULT_RETRY) => scheduleMs.map((wait) => wait / 60_000);
    expect(minutes(DEFAULT_RETRY)).toEqual([7.5, 15, 30, 60, 120, 240, 480]);
    expect(minutes(RETRY_PRESETS.rfc5321).reduce((sum, wait) => sum + wait)).toBe(5 * 24 * 60);
    start();
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['later@b.test']));
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      if (attempt > 1) await queue.order([id], { order: 'kick' }, 'ops');
      const found = await next(outcomes, attempt === 5 || attempt === 8 ? 2 : 1);
      expect(found.map(({ outcome }) => outcome)).toContain(
        attempt === 5 ? 'delayed' : attempt < 8 ? 'deferred' : 'expired',
      );
      // Who is told of a delay is told why, and not that it is under way.
      for (const { recipient, turn } of found)
        if (recipient === 'later@b.test')
          expect(turn.word).toMatchObject({ status: '4.3.0', reply: { code: 451 } });
      const texts = internet.received('mx.a.test').map(({ text }) => text);
      delays.push(texts.filter((text) => text.includes('Action: delayed')).length);
    }
    expect(delays).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it('never answers a notice with a notice (SMTP-3.6.3-2, SMTP-4.5.4-1)', async () => {
    start();
    const outcomes = queue.outcomes();
    await queue.enqueue(mailTo(['no@b.test'], { from: 'no@b.test' }));
    expect((await next(outcomes, 2)).map(short)).toEqual([
      ['no@b.test', 'bounced', '5.1.1'],
      ['no@b.test', 'bounced', '5.1.1'],
    ]);
    expect(await queue.list()).toEqual([]);
  });

  it('keeps the demand of a message on its notice, and gives only the header back (RTLS-4.2.1-9, RTLS-5-1, RTLS-5-2, RTLS-5-4, RTLS-5-5)', async () => {
    start();
    const outcomes = queue.outcomes();
    const mail = mailTo(['x@b.test'], { ret: 'full' });
    await queue.enqueue({ ...mail, facts: { ...mail.facts, requireTls: 'yes' } });
    const found = await next(outcomes, 2);
    expect(found.map(short)).toEqual([
      ['x@b.test', 'bounced', '5.7.10'],
      ['ann@a.test', 'delivered', '2.0.0'],
    ]);
    expect(await queue.show([found[1]!.messageId])).toMatchObject([{ tls: 'required', from: '' }]);
    const text = internet.received('mx.a.test')[0]!.text;
    expect(text).toContain('Action: failed\r\nStatus: 5.7.10\r\n');
    expect(text).toContain('Content-Type: text/rfc822-headers');
    expect(text).not.toContain('\r\nbody\r\n');
    expect(text).toContain('Diagnostic-Code: smtp; 523 5.7.10 Encryption Needed\r\n');
  });

  it('tries mail on the lane of its route alone, and moves what the routes have moved (SMTP-4.5.4.1-5)', async () => {
    let route = 'direct';
    const store = memoryQueueStore();
    const claims: string[] = [];
    const watched: QueueStore = {
      ...store,
      claim: async (plan) => {
        const claimed = await store.claim(plan);
        claims.push(...claimed.map(({ lane, delivery }) => `${lane} ${delivery.attempts}`));
        return claimed;
      },
    };
    const accounts = new Set<string | undefined>();
    queue = open({
      store: watched,
      laneOf: ({ attempt, account }) => {
        accounts.add(account);
        return attempt > 1 ? 'later' : route;
      },
    });
    await queue.enqueue({ ...mailTo(['later@b.test']), account: 'ann' });
    route = 'relay relay.test:587';
    stop = new AbortController();
    const outcomes = queue.outcomes();
    running = queue.run(stop.signal);
    const [first] = await next(outcomes, 1);
    expect(first).toMatchObject({ outcome: 'deferred', attempts: 1 });
    expect(claims).toEqual(['direct 0', 'relay relay.test:587 0']);
    expect(await store.lanes(9)).toMatchObject([{ lane: 'later', waiting: 1 }]);
    expect([...accounts]).toEqual(['ann']);
    expect(faults).toEqual([]);
  });

  it('goes by what it was tuned to while it runs, for what waits as well', async () => {
    start();
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['later@b.test']));
    await next(outcomes, 1);
    expect(() => queue.tune({ limits: { concurrency: 0 } })).toThrow(
      expect.objectContaining({ code: 'WAXSEAL_BAD_OPTIONS' }),
    );
    queue.tune({ retry: { ...DEFAULT_RETRY, scheduleMs: [HOUR_MS] }, postmaster: 'help@a.test' });
    await queue.order([id], { order: 'kick' }, 'ops');
    const found = await next(outcomes, 2);
    expect(found.map(short)).toContainEqual(['later@b.test', 'expired', '4.3.0']);
    expect(internet.received('mx.a.test')[0]!.text).toContain('help@a.test');
  });

  it('lets no domain wait for another one, however much waits for a host that says nothing', async () => {
    const others = Array.from({ length: 20 }, (_, at) => `d${at}.test`);
    await internet.change({
      dns: Object.assign(
        { 'MX slow.test': ['10 mx.down.test'] },
        ...others.map((name) => ({ [`MX ${name}`]: ['10 mx.b.test'] })),
      ),
      mail: { 'mx.down.test': { connect: 'silent' } },
    });
    queue = open({ limits: { concurrency: 8, perDomain: 4 } });
    await Promise.all(Array.from({ length: 1_000 }, (_, at) => queue.enqueue(mailTo([`x${at}@slow.test`]))));
    for (const name of others) await queue.enqueue(mailTo([`x@${name}`]));
    stop = new AbortController();
    const outcomes = queue.outcomes();
    running = queue.run(stop.signal, { graceMs: 0 });
    const found = await next(outcomes, 20);
    expect(found.map(({ recipient, outcome }) => `${recipient} ${outcome}`).sort()).toEqual(
      others.map((name) => `x@${name} delivered`).sort(),
    );
    expect(await queue.list({ domain: 'slow.test', messagesMax: 2_000 })).toHaveLength(1_000);
  });

  it('refuses what is no address, or could end a command, and keeps nothing of it (SMTP-4.1.2-1, SMTP-4.1.1.3-1, SMTP-4.5.3.1-1)', async () => {
    queue = open();
    const bad = [
      ...['nobody', 'a@b.test>\r\nRCPT TO:<c@b.test', 'a\u0000@b.test', 'a\u0007b@b.test'],
      ...['a@b!.test', 'a@-b.test', '@relay.test:a@b.test', `${'x'.repeat(500)}@b.test`],
    ];
    for (const address of bad)
      await expect(queue.enqueue(mailTo([address])), address).rejects.toThrow(
        expect.objectContaining({ code: 'WAXSEAL_BAD_ADDRESS' }),
      );
    expect(await queue.list()).toEqual([]);
  });

  it('lets what is under way end before it ends itself, and keeps what came of it', async () => {
    const socket = createServer((client) => {
      client.on('error', () => undefined);
      client.write('220 slow\r\n');
      client.on('data', (octets) => {
        // By then the queue has been told to end.
        const reply = /^DATA/m.test(String(octets)) ? '354 go\r\n' : '250 ok\r\n';
        setTimeout(() => client.write(reply), /^EHLO/.test(String(octets)) ? 0 : 50);
        if (/^MAIL/.test(String(octets))) stop.abort();
      });
    });
    await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
    const { port } = socket.address() as AddressInfo;
    start({}, { port });
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['x@[127.0.0.1]']));
    expect((await next(outcomes, 1)).map(short)).toEqual([['x@[127.0.0.1]', 'delivered', '2.0.0']]);
    await running;
    expect(await queue.show([id])).toMatchObject([{ recipients: [{ state: 'delivered' }] }]);
    socket.close();
  });

  it('ends the wait of who listens when it is closed', async () => {
    start();
    const outcomes = queue.outcomes();
    stop.abort();
    await running;
    expect((await outcomes.next()).done).toBe(true);
    expect((await queue.outcomes().next()).done).toBe(true);
  });
});

describe('a queue in SQLite and files', () => {
  let directory: string;
  let stores: ReturnType<typeof sqliteStores>;
  let kept: { readonly store: QueueStore; readonly bodies: BodyStore };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'waxseal-queue-'));
    stores = sqliteStores({ directory });
    kept = { store: stores.queue, bodies: fileBodies({ directory: join(directory, 'bodies') }) };
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await stores.close();
    await rm(directory, { recursive: true });
  });

  it('goes on where another process was ended (SMTP-4.5.4.1-1, RTLS-4.1-1)', async () => {
    const before = open(kept);
    const id = await before.enqueue(mailTo(['x@b.test']));
    // Taken up by a node that is never heard of again.
    const dueAgainAt = clock() + 60_000;
    await kept.store.claim({ node: 'gone', now: clock(), deliveriesMax: 1, perLaneMax: 1, dueAgainAt });
    passed = 120_000;
    const other = sqliteStores({ directory });
    start({ ...kept, store: other.queue });
    expect((await next(queue.outcomes(), 1)).map(short)).toEqual([['x@b.test', 'delivered', '2.0.0']]);
    expect(await queue.show([id])).toMatchObject([{ recipients: [{ state: 'delivered', attempts: 1 }] }]);
    await other.close();
  });

  it('keeps in hand what the store cannot keep, and keeps it as soon as it can (SMTP-4.2.5-1)', async () => {
    // A store that is away for settlements, as a full disk is.
    let isAway = true;
    const store: QueueStore = {
      ...kept.store,
      settle: (...turns) => (isAway ? Promise.reject(new Error('no space')) : kept.store.settle(...turns)),
    };
    start({ ...kept, store });
    const outcomes = queue.outcomes();
    const id = await queue.enqueue(mailTo(['y@b.test']));
    while (faults.length === 0) await pause(10);
    expect(faults[0]).toContain('cannot be kept yet: no space');
    expect(await queue.show([id])).toMatchObject([{ recipients: [{ state: 'attempting' }] }]);
    isAway = false;
    expect((await next(outcomes, 1)).map(short)).toEqual([['y@b.test', 'delivered', '2.0.0']]);
    expect(internet.received('mx.b.test')).toHaveLength(1);
    expect(await queue.list()).toEqual([]);
  });

  it('holds a message whose turn fails by a defect of ours', async () => {
    const before = open(kept);
    const id = await before.enqueue(mailTo(['x@b.test']));
    // A row as no version of ours writes it: an order that nobody knows.
    const order = { kind: 'unheard-of' } as never;
    const store: QueueStore = {
      ...kept.store,
      claim: async (plan) =>
        (await kept.store.claim(plan)).map((claimed) => ({
          ...claimed,
          delivery: { ...claimed.delivery, order },
        })),
    };
    start({ ...kept, store });
    while (faults.length === 0) await pause(10);
    expect(faults[0]).toContain('is held, because its turn failed');
    while ((await queue.show([id]))[0]!.held === 'no') await pause(10);
    expect(await queue.list()).toMatchObject([
      { id, held: 'yes', recipients: [{ state: 'waiting', attempts: 0 }] },
    ]);
  });

  it('delivers many messages to many domains, each once, with few connections at a time', async () => {
    const domains = Array.from({ length: 20 }, (_, at) => `d${at}.test`);
    await internet.change({
      dns: Object.assign({}, ...domains.map((name) => ({ [`MX ${name}`]: ['10 mx.b.test'] }))),
    });
    start({ ...kept, limits: { concurrency: 8, perDomain: 2 } });
    const outcomes = queue.outcomes();
    const mails = Array.from({ length: 100 }, (_, at) => mailTo([`x${at}@${domains[at % domains.length]!}`]));
    await Promise.all(mails.map((mail) => queue.enqueue(mail)));
    const found = await next(outcomes, 100);
    expect(new Set(found.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
    expect(new Set(internet.received('mx.b.test').flatMap(({ recipients }) => recipients)).size).toBe(100);
    expect(internet.received('mx.b.test')).toHaveLength(100);
    expect(await queue.list()).toEqual([]);
  });

  it('takes up the next message in the moment in which the one before is being kept', async () => {
    let claimed: () => void = () => undefined;
    const inner = memoryQueueStore();
    const store: QueueStore = {
      ...inner,
      claim: async (plan) => {
        const found = await inner.claim(plan);
        if (found.length > 0) claimed();
        return found;
      },
      // Nothing is kept before another is taken up.
      settle: async (settlements, now) => {
        const taken = new Promise<void>((resolve) => {
          claimed = resolve;
        });
        const settled = await inner.settle(settlements, now);
        if ((await inner.list({ after: null, messagesMax: 9, ended: 'no' })).length > 0) await taken;
        return settled;
      },
    };
    let settling = 0;
    const limits = { concurrency: 1, perDomain: 1 };
    queue = open({ store, bodies: memoryBodies(), limits, onSettling: () => (settling += 1) });
    for (const to of ['x@b.test', 'y@b.test', 'z@b.test']) await queue.enqueue(mailTo([to]));
    const outcomes = queue.outcomes();
    stop = new AbortController();
    running = queue.run(stop.signal);
    const found = await next(outcomes, 3);
    expect(found.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(settling).toBe(3);
  });
});
