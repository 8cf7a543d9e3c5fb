import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeEngine, readMessage, settingsOf } from './node.js';
import { startInternet } from './testing/index.js';

const NAMES = ['waxseal:attempt:start', 'waxseal:attempt:end', 'waxseal:decision', 'waxseal:fault'] as const;

describe('the channels of diagnostics_channel', () => {
  const heard: { readonly name: string; readonly message: unknown }[] = [];
  const hear = (message: unknown, name: string | symbol) => heard.push({ name: String(name), message });
  const of = (name: (typeof NAMES)[number]) =>
    heard.filter((each) => each.name === name).map(({ message }) => message);
  afterEach(() => {
    for (const name of NAMES) unsubscribe(name, hear);
    heard.length = 0;
  });

  it('tell of an attempt, its decisions, its end, and of what fails', async () => {
    const internet = await startInternet({
      dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
      mail: { 'mx.a.test': {} },
    });
    const engine = createNodeEngine({
      resolver: internet.resolver,
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
      onFault: () => undefined,
      adapters: {
        'policy-cache.read': async () => ({ kind: 'unreadable', why: 'the disk is gone' }),
      },
    });
    const message = readMessage(Buffer.from('Subject: x\r\n\r\n'));
    const mail = {
      ...{ from: '', to: ['u@a.test'], content: message.content },
      facts: { ...message.facts, requireTls: 'no', report: 'none' },
    } as const;
    await engine.deliver(mail);
    expect(heard).toEqual([]);

    for (const name of NAMES) subscribe(name, hear);
    const result = await engine.deliver(mail, { attempt: 2 });
    const about = { id: expect.any(Number), purpose: 'deliver', recipients: ['u@a.test'], attempt: 2 };
    expect(of('waxseal:attempt:start')).toEqual([about]);
    expect(of('waxseal:attempt:end')).toEqual([{ ...about, result, error: null }]);
    expect(of('waxseal:decision')).toEqual(
      result.attempts[0]!.decisions.map((decision) => ({
        id: expect.any(Number),
        domain: 'a.test',
        decision,
      })),
    );
    expect(heard.at(-1)!.name).toBe('waxseal:attempt:end');
    await expect(engine.explain('no domain')).rejects.toThrow();
    expect(of('waxseal:attempt:end').at(-1)).toMatchObject({
      ...{ purpose: 'explain', recipients: ['no domain'], result: null },
      error: { code: 'WAXSEAL_BAD_DOMAIN' },
    });
    await engine.close();
    await internet.close();
  });

  it('tell of faults', async () => {
    const engine = createNodeEngine({
      resolver: { address: '127.0.0.1', port: 1 },
      onFault: () => undefined,
      adapters: { 'policy-cache.read': async () => ({ kind: 'unreadable', why: 'the disk is gone' }) },
    });
    subscribe('waxseal:fault', hear);
    await engine.explain('a.test');
    expect(of('waxseal:fault')).toEqual([{ message: expect.stringContaining('the disk is gone') }]);
    await engine.close();
  });
});
