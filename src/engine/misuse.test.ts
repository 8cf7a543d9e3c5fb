import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stsDomain } from '../../spec/scenarios/worlds.js';
import { judgedSocket, waxsealTransport } from '../hosts/nodemailer/index.js';
import { createNodeEngine, MisuseError, type NodeEngine, readMessage, settingsOf } from '../node.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { type Internet, startInternet } from '../testing/index.js';
import { explainDelivery } from './explain-delivery.js';
import { renderDelivery } from './text/render-delivery.js';

const MAIL = { from: '', to: ['user@a.example'], content: () => [], facts: PLAIN_FACTS };

const noop = () => {};

let internet: Internet;
let engine: NodeEngine;
const faults: string[] = [];
beforeAll(async () => {
  internet = await startInternet(stsDomain('enforce'));
  engine = engineWith({});
});
afterAll(async () => {
  await engine.close();
  await internet.close();
});

function engineWith(options: object): NodeEngine {
  return createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    onFault: (message) => faults.push(message),
    settings: settingsOf('rfc', {
      port: internet.port,
      httpsPort: internet.httpsPort,
      privateAddresses: 'allow',
    }),
    ...options,
  } as Parameters<typeof createNodeEngine>[0]);
}

/** What a call without a compiler may hand over, and what is right nowhere. */
const nonsense = fc.oneof(
  fc.boolean(),
  fc.double({ noInteger: true }),
  fc.constantFrom(-1, Number.NaN, Number.POSITIVE_INFINITY, 'nonsense', '', null, Symbol('s'), 7n),
  fc.array(fc.integer(), { minLength: 1 }),
  fc.constant({ nonsense: 1 }),
);

/** What was thrown or rejected by a call; null: nothing. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return null;
  } catch (error) {
    return error;
  }
}

/** Every key with everything that is wrong there ends in a MisuseError that names the key. */
function refusesNonsenseAt(keys: readonly string[], call: (key: string, value: unknown) => unknown) {
  return fc.assert(
    fc.asyncProperty(fc.constantFrom(...keys), nonsense, async (key, value) => {
      const error = await thrownBy(() => call(key, value));
      expect(error).toBeInstanceOf(MisuseError);
      expect((error as MisuseError).message).toContain(key);
    }),
  );
}

describe('whoever calls without a compiler is told at once which key is wrong', () => {
  it('of the facts of a message', () =>
    refusesNonsenseAt(Object.keys(PLAIN_FACTS), (key, value) =>
      engine.deliver({ ...MAIL, facts: { ...PLAIN_FACTS, [key]: value } } as never),
    ));

  it('of a message', () =>
    refusesNonsenseAt(['to', 'content', 'facts'], (key, value) =>
      engine.deliver({ ...MAIL, [key]: value } as never),
    ));

  it.each([undefined, null])('that %s is no message, and by a promise', async (mail) => {
    await expect(engine.deliver(mail as never)).rejects.toBeInstanceOf(MisuseError);
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('boom');
      },
    ],
    ['answers nothing', () => undefined],
    ['answers something else', () => ({})],
  ])('that a domain cannot be written in A-labels, by a function for it that %s', async (_, toAscii) => {
    const own = engineWith({ toAscii });
    const error = await thrownBy(() => own.deliver({ ...MAIL, to: ['user@b\u00fccher.example'] }));
    expect(error).toMatchObject({ code: 'WAXSEAL_BAD_ADDRESS' });
    await own.close();
  });

  it('of the options of an attempt, whatever is asked for', () =>
    refusesNonsenseAt(['attempt', 'dialled', 'signal', 'onEntry'], (key, value) => {
      const options = { [key]: value } as never;
      return Promise.all([
        engine.deliver(MAIL, options),
        engine.explain('a.example', {}, options),
        engine.policy('a.example', { purpose: 'learn' }, options),
      ]);
    }));

  it('of settings', () =>
    refusesNonsenseAt(['port', 'httpsPort', 'privateAddresses', 'destinations', 'deadlines'], (key, value) =>
      settingsOf('rfc', { [key]: value } as never),
    ));

  it("of an engine's options", () =>
    refusesNonsenseAt(
      ['clock', 'toAscii', 'onFault', 'onAttempt', 'resolver', 'dnssec', 'dnsCache', 'ca'].concat([
        'policiesMax',
        'tlsReports',
        'reuseConnections',
        'settings',
      ]),
      (key, value) => engineWith({ [key]: value }),
    ));

  it.each<[string, string, (own: NodeEngine) => unknown]>([
    ['a profile', 'profile', () => settingsOf('postfx' as never)],
    ['a key of settings', 'prot', () => settingsOf('rfc', { prot: 25 } as never)],
    ['a deadline', 'deadlines.dnsMs', () => settingsOf('rfc', { deadlines: { dnsMs: '5s' } } as never)],
    ['an option', 'resolvers', () => engineWith({ resolvers: [] })],
    ['a key of a resolver', 'resolver', () => engineWith({ resolver: { address: '127.0.0.1', prot: 53 } })],
    ['a truth', 'trustAd', () => engineWith({ resolver: { servers: [internet.resolver], trustAd: 'no' } })],
    ['a certificate', 'ca', () => engineWith({ ca: ['garbage'] })],
    ['a folder', 'stateDirectory', () => engineWith({ stateDirectory: 7 })],
    ['an adapter', 'smtp.session', () => engineWith({ adapters: { 'smtp.session': {} } })],
    ['a purpose', 'purpose', (own) => own.policy('a.example', { purpose: 'look' } as never)],
    ['a domain', 'domain', (own) => own.explain(['a.example'] as never)],
    ['a sender', 'from', (own) => own.deliver({ ...MAIL, from: null } as never)],
    ['what stopped a message', 'stopped', (own) => own.lastLook({ stopped: true } as never)],
    ['a result', 'stopped', (own) => own.lastLook(null as never)],
    ['octets', 'octets', () => readMessage('Subject: x\r\n\r\n' as never)],
    ['addresses', 'addresses', () => readMessage(new Uint8Array(), 'a@b.example' as never)],
    ['a key of a message', 'DSN', (own) => own.deliver({ ...MAIL, DSN: {} } as never)],
    [
      'a message that is looked at',
      'requireTls',
      (own) => own.explain('a.example', { requireTls: 'yes' } as never),
    ],
    ['no message that is looked at', 'mail', (own) => own.explain('a.example', null as never)],
    ['facts of a plan', 'facts', (own) => own.plan('a.example', null as never)],
    ['a fact of a plan', 'facts.requiretls', (own) => own.plan('a.example', { requiretls: 'yes' } as never)],
    ['facts of a connection', 'facts', (own) => own.connect('a.example', null as never)],
    ['recipients of a plan', 'facts.to', (own) => own.plan('a.example', { to: 'a@a.example' } as never)],
    [
      'a key of a last look',
      'patiense',
      (own) =>
        own.lastLook({ stopped: 'otherwise', domain: null, held: null }, { patiense: 'left' } as never),
    ],
    [
      'options of a last look',
      'options',
      (own) => own.lastLook({ stopped: 'otherwise', domain: null, held: null }, null as never),
    ],
    [
      'a fact that is no fact',
      'requiretls',
      (own) => own.deliver({ ...MAIL, facts: { ...PLAIN_FACTS, requiretls: 'yes' } } as never),
    ],
    ['no record', 'journal', () => explainDelivery(null as never)],
    ['no record to be shown', 'journal', () => renderDelivery({ attempts: 7 } as never)],
    ['no mail for a transport', 'mail', (own) => waxsealTransport({ engine: own }).send(null as never, noop)],
    [
      'a mail without its message',
      'mail.message',
      (own) => waxsealTransport({ engine: own }).send({ data: {}, message: {} } as never, noop),
    ],
    ['no callback', 'callback', (own) => judgedSocket(own)({ host: 'a.example' }, undefined as never)],
    ['no options of a socket', 'options', (own) => judgedSocket(own)(null as never, noop)],
    ['a host that is no text', 'options.host', (own) => judgedSocket(own)({ host: 7 } as never, noop)],
  ])('of %s', async (_, key, call) => {
    const error = await thrownBy(() => call(engine));
    expect(error).toBeInstanceOf(MisuseError);
    expect((error as MisuseError).message).toContain(key);
  });

  it('and nothing of it was a fault of ours, or asked anybody', () => {
    expect(faults).toEqual([]);
    expect(internet.connections('mx.a.example')).toBe(0);
  });
});

/** The ways to all that is in it, down to so many levels, of lists their first. */
function placesIn(value: unknown, depth: number): readonly (readonly string[])[] {
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? Object.entries(value).slice(0, 1) : Object.entries(value);
  return entries.flatMap(([key, each]) => [
    [key],
    ...placesIn(each, depth - 1).map((path) => [key, ...path]),
  ]);
}

function plant(into: unknown, [key, ...rest]: readonly string[], value: unknown): void {
  const record = into as Record<string, unknown>;
  if (rest.length === 0) record[key!] = value;
  else plant(record[key!], rest, value);
}

describe('what an engine recorded', () => {
  it('is no record where there is garbage in it, and is told as that', async () => {
    const { journal } = await engine.deliver(MAIL);
    expect(renderDelivery(journal)).toContain('a.example');
    let damaged = 0;
    for (const garbage of [null, 'x', [null]])
      for (const path of placesIn(journal.attempts[0], 3)) {
        const record = structuredClone({ attempts: journal.attempts });
        plant(record.attempts[0], path, garbage);
        for (const read of [() => explainDelivery(record as never), () => renderDelivery(record as never)]) {
          const error = await thrownBy(read);
          if (error === null) continue;
          damaged += 1;
          expect(error, `${path.join('.')}: ${JSON.stringify(garbage)}`).toBeInstanceOf(MisuseError);
          expect(error).toMatchObject({
            code: 'WAXSEAL_BAD_OPTIONS',
            message: expect.stringContaining('journal'),
          });
        }
      }
    expect(damaged).toBeGreaterThan(10);
  });
});
