/* Attempts over a small internet, as the SDK of OpenTelemetry records them. */
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { observedWork, tellWork } from '../diagnostics.js';
import { createNodeEngine, readMessage, settingsOf } from '../node.js';
import { type Internet, startInternet } from '../testing/index.js';
import { traceAttempts, traceWork } from './index.js';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let internet: Internet;
beforeAll(async () => {
  internet = await startInternet({
    dns: {
      'MX a.test': ['10 down.a.test', '20 mx.a.test'],
      'A mx.a.test': ['@mx.a.test'],
      'A down.a.test': ['@down.a.test'],
    },
    mail: { 'mx.a.test': {}, 'down.a.test': { connect: 'refuse' } },
  });
});
afterAll(async () => {
  await provider.shutdown();
  await internet.close();
});

it('an attempt, its hosts and its questions are spans below one another, and name nobody', async () => {
  const engine = createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
  });
  const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\n'));
  const mail = {
    from: 's@s.test',
    to: ['u@a.test'],
    content,
    facts: { ...facts, requireTls: 'no', report: 'none' },
  } as const;
  const stop = traceAttempts({ tracer: provider.getTracer('waxseal') });
  const { results } = await engine.deliver(mail);
  await expect(engine.explain('no domain')).rejects.toThrow();
  stop();
  await engine.deliver(mail);
  await engine.close();

  const spans = exporter.getFinishedSpans();
  const named = (name: string) => spans.filter((span) => span.name === name);
  const [attempt, failed, ...others] = named('waxseal.attempt');
  expect(others).toEqual([]);
  expect(attempt!.attributes).toMatchObject({
    ...{
      'waxseal.domain': 'a.test',
      'waxseal.delivered': 1,
      'waxseal.bounced': 0,
      'waxseal.status': '2.0.0',
    },
    ...{ 'waxseal.row': results[0]!.because!.row, 'messaging.destination.name': 'direct' },
  });
  expect(attempt!.events.map(({ attributes }) => attributes!['waxseal.row'])).toEqual(
    results[0]!.decisions.map(({ row }) => row),
  );
  expect(failed).toMatchObject({ status: { code: 2 }, events: [{ name: 'exception' }] });

  const hosts = named('waxseal.host');
  expect(hosts.map(({ attributes }) => attributes['server.address'])).toEqual(['down.a.test', 'mx.a.test']);
  for (const host of hosts) expect(host.parentSpanContext?.spanId).toBe(attempt!.spanContext().spanId);
  expect(named('dns.mx')[0]!.parentSpanContext?.spanId).toBe(attempt!.spanContext().spanId);
  const [refused, connected] = named('smtp.connect');
  expect(refused).toMatchObject({ attributes: { 'error.type': 'refused' }, status: { code: 2 } });
  expect(connected!.parentSpanContext?.spanId).toBe(hosts[1]!.spanContext().spanId);
  expect(named('tls.handshake')[0]!.attributes).toMatchObject({ 'tls.protocol.version': 'TLSv1.3' });
  expect(named('smtp.send')).toHaveLength(1);
  // None begins before, or ends behind, what it is a part of.
  const ms = ([seconds, nanoseconds]: readonly [number, number]) => seconds * 1000 + nanoseconds / 1e6;
  for (const host of hosts) {
    expect(ms(host.startTime)).toBeGreaterThanOrEqual(ms(attempt!.startTime));
    expect(ms(host.endTime)).toBeLessThanOrEqual(ms(attempt!.endTime));
  }
  expect(
    JSON.stringify(spans.map(({ attributes, events }) => [attributes, events.map((e) => e.attributes)])),
  ).not.toMatch(/[su]@/);
});

it('a transaction tells the reply that ended it, and has failed where the server was lost', async () => {
  const engine = createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
  });
  const stop = traceAttempts({ tracer: provider.getTracer('waxseal') });
  const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\n'));
  const sentTo = async (replies: object) => {
    exporter.reset();
    await internet.change({ mail: { 'mx.a.test': { replies } } });
    await engine.deliver({
      ...{ from: 's@s.test', to: ['u@a.test'], content },
      facts: { ...facts, requireTls: 'no', report: 'none' },
    });
    const spans = exporter.getFinishedSpans();
    return spans.find(({ name }) => name === 'smtp.send')!;
  };
  const refused = await sentTo({ rcpt: { '*': '550 5.1.1 nobody' } });
  expect(refused).toMatchObject({ attributes: { 'waxseal.reply': 550 }, status: { code: 0 } });
  const taken = await sentTo({});
  expect(taken).toMatchObject({ attributes: { 'waxseal.reply': 250 }, status: { code: 0 } });
  const lost = await sentTo({ data: 'close' });
  expect(lost).toMatchObject({ attributes: { 'error.type': 'closed' }, status: { code: 2 } });
  stop();
  await engine.close();
  await internet.change({ mail: { 'mx.a.test': {} } });
});

it('work of a daemon beside attempts is a span, that failed where the work did', async () => {
  exporter.reset();
  const stop = traceWork({ tracer: provider.getTracer('waxseal') });
  const clock = () => 1_767_268_800_000;
  const about = { 'messaging.batch.message_count': 2 };
  expect(await observedWork({ work: 'settle', about, clock }, async () => 'kept')).toBe('kept');
  const refused = observedWork({ work: 'webhook', about: {}, clock }, () =>
    Promise.reject(new Error('gone')),
  );
  await expect(refused).rejects.toThrow('gone');
  tellWork(() => ({ work: 'receive', startedAt: clock() - 1500, endedAt: clock(), error: null, about: {} }));
  stop();
  await observedWork({ work: 'settle', about, clock }, async () => undefined);
  const [settled, told, received, ...others] = exporter.getFinishedSpans();
  expect(others).toEqual([]);
  expect(settled).toMatchObject({ name: 'waxseal.settle', attributes: about, status: { code: 0 } });
  expect(told).toMatchObject({ name: 'waxseal.webhook', status: { code: 2, message: 'gone' } });
  expect(received).toMatchObject({ name: 'waxseal.receive', duration: [1, 500_000_000] });
});

it('a tracer that throws costs no mail', async () => {
  const engine = createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
  });
  const stop = traceAttempts({
    tracer: {
      startSpan: () => {
        throw new Error('no span');
      },
      startActiveSpan: () => {
        throw new Error('no span');
      },
    },
  });
  const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\n'));
  const { results } = await engine.deliver({
    ...{ from: '', to: ['u@a.test'], content, facts: { ...facts, requireTls: 'no', report: 'none' } },
  });
  stop();
  await engine.close();
  expect(results).toMatchObject([{ outcome: 'delivered' }]);
});
