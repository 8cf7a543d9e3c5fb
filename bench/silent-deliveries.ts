/* A thousand deliveries side by side to servers that take the connection and say nothing; in a process of its own, which is weighed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createNodeEngine, settingsOf } from '../src/node.js';
import { PLAIN_FACTS } from '../src/policy/require-tls/message.js';
import type { Place } from './receiver.js';

const DELIVERIES = 1000;
const CONTENT = Buffer.from('Subject: hello\r\n\r\nhello\r\n');

function octets(): number {
  globalThis.gc!();
  return process.memoryUsage().rss;
}

process.once('message', async ({ resolver, port, httpsPort, caPem }: Place) => {
  const engine = createNodeEngine({
    settings: settingsOf('rfc', { privateAddresses: 'allow', helo: 'client.example', port, httpsPort }),
    ca: [caPem],
    resolver: { servers: [resolver] },
  });
  const stop = new AbortController();
  const before = octets();
  const started = performance.now();
  const delivered = Array.from({ length: DELIVERIES }, (_, at) =>
    engine.deliver(
      {
        from: 'sender@sender.example',
        to: [`user${at}@a.example`],
        content: () => [CONTENT],
        facts: PLAIN_FACTS,
      },
      { signal: stop.signal },
    ),
  );
  // Until all of them wait for a greeting.
  while (process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length < DELIVERIES) {
    if (performance.now() - started > 60_000) throw new Error('they do not all wait');
    await sleep(100);
  }
  const after = octets();
  const stopping = performance.now();
  stop.abort();
  const outcomes = (await Promise.all(delivered)).map(({ results }) => results[0]!.outcome);
  if (outcomes.some((outcome) => outcome !== 'deferred')) throw new Error('somebody said something');
  process.send?.({ octets: after, added: after - before, stopMs: performance.now() - stopping });
  process.disconnect?.();
});
