import { test } from 'node:test';
import { createNodeEngine, readMessage, settingsOf } from 'waxseal/node';
import { startInternet, stsDomain } from 'waxseal/testing';
import { expect } from 'waxseal/testing/matchers';

test('a policy that is enforced keeps our mail from a host that it does not list', async () => {
  await using(
    await startInternet(stsDomain('enforce', { certificate: { names: ['other.example'] } })),
    async (internet) => {
      const { port, httpsPort, resolver, caPem } = internet;
      const settings = settingsOf('rfc', { port, httpsPort, privateAddresses: 'allow' });
      const engine = createNodeEngine({ resolver, ca: [caPem], settings });
      const to = ['user@a.example'];
      const { content, facts } = readMessage(Buffer.from('Subject: Hello\r\n\r\nHello.\r\n'), to);
      const mail = {
        from: 'me@b.example',
        to,
        content,
        facts: { ...facts, requireTls: 'no', report: 'none' },
      };
      expect(await engine.deliver(mail)).toBeDeferredBecause('PEER-7');
      expect(internet).toHaveSeenNoMailFor('a.example', { but: 'tls' });
    },
  );
});

/** `await using`, which Node 20 does not have. */
async function using(resource, use) {
  try {
    await use(resource);
  } finally {
    await resource.close();
  }
}
