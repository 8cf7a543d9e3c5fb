import { AssertionError } from 'node:assert';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeEngine, settingsOf } from '../../node.js';
import {
  daneDomain,
  type Internet,
  simulateScenario,
  startInternet,
  together,
  type World,
} from '../index.js';
import { matchers, expect as plainly, type WaxsealMatchers } from './index.js';

expect.extend(matchers);
declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends WaxsealMatchers<T> {}
}

/** The result of one message into a world. */
function sent(world: World, to = 'user@a.example') {
  const message = { to: [to] } as const;
  return simulateScenario({ name: 'one message', world, steps: [{ message, expect: [] }] }).steps[0]!;
}

const good = sent(daneDomain(['3 1 1 @mx.a.example']));
const strange = sent(daneDomain([`3 1 1 ${'ab'.repeat(32)}`]));
const plain = sent({ dns: { 'A a.example': ['@h'] }, mail: { h: { starttls: 'not-offered' } } });
const unknown = sent({
  dns: { 'A a.example': ['@h'] },
  mail: { h: { certificate: { issuer: 'self' }, replies: { rcpt: { '*': '550 5.1.1 nobody here' } } } },
});

const complaintOf = (assert: () => void): string => {
  try {
    assert();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  return 'no complaint';
};

describe('matchers of results', () => {
  it('say over what a message went, and why it did not', () => {
    expect(good).toBeDeliveredOver('dane');
    expect(good.results[0]).toBeDeliveredOver('dane');
    expect(plain).toBeDeliveredOver('clear');
    expect(strange).not.toBeDeliveredOver('dane');
    expect(strange).toBeDeferredBecause('PEER-6');
    expect(unknown).toBeBouncedBecause(unknown.results[0]!.because!.row);
    expect(unknown).not.toBeDeferredBecause(unknown.results[0]!.because!.row);
  });

  it('complain with the row and its facts', () => {
    const complaint = complaintOf(() => plainly(strange).toBeDeliveredOver('dane'));
    expect(complaint).toMatch(
      /^user@a\.example should have been delivered over dane: it was deferred \(4\.7\.5, mx\.a\.example\)\n {2}PEER-6 of peer-authentication: /,
    );
    expect(complaint).toContain('ABABABAB');
    expect(complaintOf(() => plainly(plain).toBeDeliveredOver('tls'))).toContain(
      'it was delivered over clear (2.0.0, a.example)',
    );
    expect(complaintOf(() => plainly(good).not.toBeDeliveredOver('dane'))).toContain('should not have been');
    expect(complaintOf(() => plainly(unknown).toBeDeferredBecause('PEER-6'))).toContain(
      'it said: 550 5.1.1 nobody here',
    );
  });

  it('take a slip in a test for one', () => {
    expect(() => plainly({ outcome: 'delivered' }).toBeDeliveredOver('dane')).toThrow(TypeError);
    expect(() => plainly({ results: [] }).toBeDeliveredOver('dane')).toThrow(TypeError);
    expect(() => plainly(good).toBeDeferredBecause('PEER-600')).toThrow(/no table has a row "PEER-600"/);
    expect(() => plainly(good).not.toBeDeliveredOver('dnae' as 'dane')).toThrow(TypeError);
  });
});

describe('matchers of the small internet', () => {
  let internet: Internet;
  const send = (to: string) => {
    const settings = settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' });
    const engine = createNodeEngine({ resolver: internet.resolver, ca: [internet.caPem], settings });
    const facts = {
      requireTls: 'no',
      tlsRequired: 'absent',
      report: 'none',
      sizeBytes: 2,
      body: '7bit',
      utf8: 'not-needed',
    } as const;
    return engine.deliver({ from: 'me@b.example', to: [to], content: () => [Buffer.from('\r\n')], facts });
  };
  beforeAll(async () => {
    const other = { 'MX b.example': ['10 mx.b.example'], 'A mx.b.example': ['@mx.b.example'] };
    const refusing = { replies: { rcpt: { '*': '550 5.1.1 no' } } };
    const stranger = daneDomain([`3 1 1 ${'ab'.repeat(32)}`]);
    internet = await startInternet(
      together(
        stranger,
        { dns: other, mail: { 'mx.b.example': refusing } },
        {
          dns: { 'MX c.example': ['10 mx.c.example'], 'A mx.c.example': ['@mx.c.example'] },
          mail: { 'mx.c.example': {} },
        },
      ),
    );
    await Promise.all(['user@a.example', 'user@b.example', 'User@c.example'].map(send));
  });
  afterAll(() => internet.close());

  it('say what was taken, and how far a sender came', () => {
    expect(internet).toHaveReceivedMailFor('c.example', { over: 'tls', at: 'mx.c.example' });
    expect(internet).toHaveReceivedMailFor('user@c.example');
    for (const but of ['question', 'connection', 'tls'] as const)
      expect(internet).toHaveSeenNoMailFor('user@a.example', {
        but,
        ...(but === 'question' ? {} : { at: 'mx.a.example' }),
      });
    expect(internet).toHaveSeenNoMailFor('b.example', { but: 'refused-mail' });
    expect(internet).toHaveBeenAsked('mx', 'a.example.');
    expect(internet).not.toHaveBeenAsked('TXT', 'a.example');
  });

  it('do not hold for a sender that never came', () => {
    expect(complaintOf(() => plainly(internet).toHaveSeenNoMailFor('d.example'))).toContain(
      'did not come as far as that',
    );
    expect(
      complaintOf(() =>
        plainly(internet).toHaveSeenNoMailFor('a.example', { but: 'refused-mail', at: 'mx.a.example' }),
      ),
    ).toContain('refused-mail at mx.a.example');
    expect(complaintOf(() => plainly(internet).toHaveSeenNoMailFor('c.example'))).toBe(
      'no mail for c.example should have been taken: mx.c.example took it over TLS for User@c.example',
    );
    expect(
      complaintOf(() => plainly(internet).toHaveReceivedMailFor('c.example', { over: 'clear' })),
    ).toContain('over TLS');
    expect(complaintOf(() => plainly(internet).toHaveBeenAsked('TXT', 'a.example'))).toContain(
      'MX a.example',
    );
    expect(() => expect(internet).not.toHaveReceivedMailFor('d.example')).toThrow(/toHaveSeenNoMailFor/);
    expect(() => plainly({}).toHaveBeenAsked('MX', 'a.example')).toThrow(TypeError);
    expect(() => plainly(internet).toHaveSeenNoMailFor('a.example', { but: 'ehlo' as 'tls' })).toThrow(
      TypeError,
    );
  });
});
