import { setTimeout } from 'node:timers/promises';
import { createNodeEngine, readMessage, settingsOf } from 'waxseal/node';
import { startInternet } from 'waxseal/testing';

// A signed domain whose host takes nothing at first sight. In earnest neither it nor the first four options are there.
const host = { 'mx.a.example': { replies: { rcpt: { '*': '450 4.2.0 Greylisted, come again' } } } };
const dns = {
  'MX a.example': ['10 mx.a.example'],
  'A mx.a.example': ['@mx.a.example'],
  'TLSA mx.a.example': ['3 1 1 @mx.a.example'],
};
const internet = await startInternet({ signedZones: ['.'], dns, mail: host });
const HASTE = 1000;

/** Made once for the process: an engine remembers MTA-STS policies. */
const engine = createNodeEngine({
  resolver: internet.resolver,
  ca: [internet.caPem],
  settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow', helo: 'mail.example.org' }),
  deadlineMs: 600_000,
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

async function send(octets: Uint8Array, from: string, to: readonly string[]): Promise<readonly string[]> {
  const { content, facts } = readMessage(octets, [from, ...to]);
  let waiting = to;
  let dialled = {};
  for (let attempt = 1; waiting.length > 0; attempt++) {
    const mail = {
      from,
      to: waiting,
      content,
      facts: { ...facts, requireTls: 'no', report: 'none' },
    } as const;
    const ended = await engine.deliver(mail, {
      attempt,
      dialled,
      signal: stop.signal,
      onResult: ({ recipient, outcome, status, authentication }) =>
        console.log(`attempt ${attempt}: ${recipient} ${outcome} ${status} ${authentication}`),
    });
    waiting = ended.results.filter(({ outcome }) => outcome === 'deferred').map(({ recipient }) => recipient);
    dialled = ended.dialled;
    if (ended.retryAt === null || stop.signal.aborted) break;
    await setTimeout((ended.retryAt - Date.now()) / HASTE, undefined, { signal: stop.signal }).catch(
      () => {},
    );
    await internet.change({ mail: { 'mx.a.example': {} } });
  }
  // They are still waiting when told to stop, or too late: keep them, or tell the sender.
  return waiting;
}

try {
  await engine.ready();
  await send(Buffer.from('Subject: Hello\r\n\r\nHello.\r\n'), 'sender@sender.example', ['user@a.example']);
} finally {
  await engine.close();
  await internet.close();
}
