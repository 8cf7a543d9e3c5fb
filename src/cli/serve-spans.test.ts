/* The spans of a daemon, as whoever loads an SDK into its process gets them. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { startInternet } from '../testing/index.js';
import { fileIn, makeFolder, optionsFor, removeFolder } from './command.fixture.js';
import { handIn, helloTo, Served } from './serve.fixture.js';

interface WrittenSpan {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Writes each span that ends as a line of that file. */
const sdkWritingTo = (path: string) => `
import { appendFileSync } from 'node:fs';
const load = (name) => import(name);
const { trace } = await load(${JSON.stringify(import.meta.resolve('@opentelemetry/api'))});
const sdk = await load(${JSON.stringify(import.meta.resolve('@opentelemetry/sdk-trace-base'))});
const onEnd = ({ name, attributes }) => appendFileSync(${JSON.stringify(path)}, JSON.stringify({ name, attributes }) + '\\n');
const quiet = async () => undefined;
trace.setGlobalTracerProvider(new sdk.BasicTracerProvider({
  spanProcessors: [{ onStart: () => undefined, onEnd, forceFlush: quiet, shutdown: quiet }],
}));
`;

it('a message that is taken, its attempt, what is kept of it and who is told are spans that name nobody', async () => {
  const folder = await makeFolder();
  const hook = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  const internet = await startInternet({
    dns: { 'MX a.test': ['10 mx.a.test'], 'A mx.a.test': ['@mx.a.test'] },
    mail: { 'mx.a.test': {} },
  });
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const config = await fileIn(folder, 'spans.yaml', `webhooks: [{ url: "${url}", events: [delivered] }]\n`);
  const sdk = await fileIn(folder, 'sdk.mjs', sdkWritingTo(`${folder}/spans`));
  const served = await Served.start(
    [
      ...['--listen', '127.0.0.1:0', '--state', `${folder}/state`, '--config', config, '--spans'],
      ...(await optionsFor(internet, folder)),
    ],
    1,
    { nodeOptions: `--import ${sdk}` },
  );
  const spans = async () =>
    (await readFile(`${folder}/spans`, 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as WrittenSpan);
  const named = async (name: string) => (await spans()).filter((span) => span.name === name);
  try {
    const { client } = await helloTo(served.address('smtp'));
    await handIn(client, ['u@a.test']);
    await vi.waitFor(async () => expect(await named('waxseal.webhook')).toHaveLength(1), { timeout: 60_000 });
    client.close();
  } finally {
    await served.end();
    hook.close();
    await internet.close();
  }
  expect(await named('waxseal.receive')).toMatchObject([
    { attributes: { 'waxseal.door': 'smtp', 'waxseal.recipients': 1, 'client.address': '127.0.0.1' } },
  ]);
  expect(await named('waxseal.attempt')).toMatchObject([{ attributes: { 'waxseal.delivered': 1 } }]);
  expect(await named('waxseal.settle')).toMatchObject([
    { attributes: { 'messaging.batch.message_count': 1 } },
  ]);
  expect(await named('waxseal.webhook')).toMatchObject([
    { attributes: { 'messaging.operation.name': 'delivered' } },
  ]);
  expect(JSON.stringify(await spans())).not.toMatch(/[su]@/);
  await removeFolder(folder);
});
