import { describe, expect, it } from 'vitest';
import { createNodeEngine, readMessage, settingsOf } from 'waxseal/node';
import { daneDomain, type Internet, playScenario, readScenario, startInternet } from 'waxseal/testing';
import { matchers, type WaxsealMatchers } from 'waxseal/testing/matchers';

expect.extend(matchers);
declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends WaxsealMatchers<T> {}
}

/** In place of your own code: it sends one message to user@a.example. */
function sendThrough({ resolver, caPem, port, httpsPort }: Internet) {
  const settings = settingsOf('rfc', { port, httpsPort, privateAddresses: 'allow' });
  const { deliver } = createNodeEngine({ resolver, ca: [caPem], settings, dnsCache: 'off' });
  const to = ['user@a.example'];
  const { content, facts } = readMessage(Buffer.from('Subject: Hello\r\n\r\nHello.\r\n'), to);
  return deliver({
    from: 'me@b.example',
    to,
    content,
    facts: { ...facts, requireTls: 'no', report: 'none' },
  });
}

describe('our mail', () => {
  it('goes over DANE, and waits while a stranger answers', async () => {
    await using internet = await startInternet(daneDomain(['3 1 1 @mx.a.example']));
    expect(await sendThrough(internet)).toBeDeliveredOver('dane');
    expect(internet).toHaveReceivedMailFor('a.example', { over: 'tls' });
    expect(internet).toHaveBeenAsked('TLSA', `_${internet.port}._tcp.mx.a.example`);
  });

  it('is kept from a host that is not the one that its records name', async () => {
    await using internet = await startInternet(daneDomain([`3 1 1 ${'ab'.repeat(32)}`]));
    expect(await sendThrough(internet)).toBeDeferredBecause('PEER-6');
    expect(internet).toHaveSeenNoMailFor('user@a.example', { but: 'tls', at: 'mx.a.example' });
  });

  it('goes as a scenario file tells it, over real sockets', async () => {
    const { steps } = await playScenario(await readScenario(new URL('enforced.json', import.meta.url)));
    expect(steps.flatMap(({ differences }) => differences)).toEqual([]);
  });
});
