import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { exchangeWire } from './exchange.js';
import { mx, type RecordSpec, response } from './messages.fixture.js';
import type { ResolverConfig } from './resolver-config.js';
import { nameServer, type Responder, type TestServer } from './servers.fixture.js';
import { answerTo, echoOf, readWireQuery, withRandomCase, withRandomId } from './wire-query.js';

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(respond: Responder): Promise<TestServer> {
  const server = await nameServer(respond);
  servers.push(server);
  return server;
}

const queryOf = (name = 'a.example', flags = 0x0100) =>
  dnsPacket.encode({ type: 'query', id: 4711, flags, questions: [{ type: 'MX', name, class: 'IN' }] });
const CD = 0x0110;

/** What comes back from those servers, read; or why nothing does. */
async function ask(config: ResolverConfig, query: Uint8Array = queryOf(), ms = 60_000) {
  const options = { endsAt: performance.now() + ms, signal: new AbortController().signal };
  const reply = await exchangeWire(query, config, options);
  return reply instanceof Uint8Array
    ? { kind: 'octets' as const, ...dnsPacket.decode(Buffer.from(reply)) }
    : reply;
}

const tenMx: RecordSpec = { owner: 'a.example', type: 'MX', rdata: mx(10, 'mx.example') };

describe('a query as octets', () => {
  it('comes back with the id and the question of the caller, whatever was sent (DNS-5452-1)', async () => {
    const server = await serve((asked) => [response(asked, { answer: [tenMx] })]);
    for (const name of ['a.example', 'A.eXample']) {
      expect(await ask({ servers: [server] }, queryOf(name))).toMatchObject({
        id: 4711,
        questions: [{ name }],
        answers: [{ data: { exchange: 'mx.example' } }],
      });
    }
    const ids = new Set<number>();
    for (let i = 0; i < 4; i++) {
      await ask({ servers: [server] });
      ids.add(server.asked.at(-1)!.id);
    }
    expect(ids.size).toBeGreaterThan(1);
  });

  it('must be one', async () => {
    const server = await serve(() => []);
    for (const bad of [new Uint8Array(0), new Uint8Array(12), response({ id: 1, name: 'a', type: 'MX' })])
      expect(await ask({ servers: [server] }, bad)).toMatchObject({ kind: 'failed', cause: 'malformed' });
    expect(server.asked).toEqual([]);
  });

  it('has letters of random case by UDP, and only an echo of the same case is taken there (DNS-5452-1)', async () => {
    const server = await serve((asked) => [response({ ...asked, spelt: asked.name }, { answer: [tenMx] })]);
    const name = 'abcdefghijklmnopqrstuvwxyz.example';
    expect(await ask({ servers: [server] }, queryOf(name))).toMatchObject({ kind: 'octets' });
    expect(server.asked.map(({ over }) => over)).toEqual(['udp', 'tcp']);
    expect(server.asked[0]!.spelt).not.toBe(name);
    expect(server.asked[0]!.spelt.toLowerCase()).toBe(name);
    expect(server.asked[1]!.spelt).toBe(name);
  });

  it('is echoed exactly, or in another case, or not at all', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9_-]{1,20}(\.[a-z]{1,9}){0,3}$/), fc.nat(), (name, at) => {
        const query = readWireQuery(queryOf(name))!;
        const sent = withRandomCase(withRandomId(query));
        const reply = response({ id: sent.octets[0]! * 256 + sent.octets[1]!, name, type: 'MX' });
        const exact = Uint8Array.from(reply);
        exact.set(sent.octets.subarray(12, sent.questionEnd), 12);
        expect(echoOf(exact, sent)).toBe('reply');
        expect(['reply', 'other-case']).toContain(echoOf(reply, sent));
        expect(Buffer.from(answerTo(exact, query))).toEqual(Buffer.from(answerTo(reply, query)));
        const forged = Uint8Array.from(exact);
        const place = 12 + (at % (sent.questionEnd - 12));
        forged[place]! ^= 0x01;
        expect(echoOf(forged, sent)).toBe('mismatch');
      }),
    );
  });
});

describe('several servers', () => {
  const refusing =
    (rcode: number): Responder =>
    (asked) => [response(asked, { rcode })];
  const good: Responder = (asked) => [response(asked, { answer: [tenMx] })];

  it('stand in for one that will not serve us, and it is not asked again', async () => {
    for (const rcode of [4, 5]) {
      const [no, yes] = [await serve(refusing(rcode)), await serve(good)];
      expect(await ask({ servers: [no, yes] })).toMatchObject({ kind: 'octets', rcode: 'NOERROR' });
      expect(await ask({ servers: [no], attempts: 3 })).toMatchObject({ kind: 'octets' });
      expect(no.asked).toHaveLength(2);
    }
    const [no, silent] = [await serve(refusing(5)), await serve(() => [])];
    expect(await ask({ servers: [no, silent], timeoutMs: 1000 })).toMatchObject({ rcode: 'REFUSED' });
  });

  it('give no second opinion on a failed validation, unless we validate ourselves (SEC-SVC-1)', async () => {
    const [fails, yes] = [await serve(refusing(2)), await serve(good)];
    expect(await ask({ servers: [fails, yes] })).toMatchObject({ rcode: 'SERVFAIL' });
    expect(yes.asked).toEqual([]);
    expect(await ask({ servers: [fails, yes] }, queryOf('a.example', CD))).toMatchObject({
      rcode: 'NOERROR',
    });
  });

  it('share the time there is, and no more', async () => {
    const silent = [await serve(() => []), await serve(() => [])];
    // Each server could have more time than a test may take.
    expect(await ask({ servers: silent, timeoutMs: 600_000 }, queryOf(), 1000)).toMatchObject({
      cause: 'timeout',
    });
    expect(silent.map(({ asked }) => asked.length)).toEqual([2, 2]);
  });
});

describe('the port of a question', () => {
  const good: Responder = (asked) => [response(asked, { answer: [tenMx] })];
  const portsOf = ({ asked }: TestServer) => asked.map(({ port }) => port);
  /**
   * That each question came from a port of its own. The system draws ports by chance, and may draw one again that was left: once in
   * some thousand runs, but not twice.
   */
  const expectNewPorts = (asked: TestServer['asked'], count: number) => {
    const ports = asked.filter(({ over }) => over === 'udp').map(({ port }) => port);
    expect(ports).toHaveLength(count);
    expect(new Set(ports).size).toBeGreaterThanOrEqual(count - 1);
  };

  it('is its own while it waits (DNS-5452-1)', async () => {
    const server = await serve(good);
    const config = { servers: [server] };
    for (let round = 0; round < 3; round++) {
      server.asked.length = 0;
      await Promise.all(Array.from({ length: 20 }, () => ask(config)));
      expect(new Set(portsOf(server)).size).toBe(20);
    }
  });

  it('serves a few questions, and each has an id and a case of its own (DNS-5452-1)', async () => {
    const server = await serve(good);
    const config = { servers: [server] };
    const name = 'abcdefghijklmnopqrstuvwxyz.example';
    for (let i = 0; i < 70; i++) await ask(config, queryOf(name));
    const ports = portsOf(server);
    const firsts = ports.flatMap((port, at) => (port === ports[at - 1] ? [] : [at]));
    const runs = firsts.map((at, run) => (firsts[run + 1] ?? ports.length) - at);
    // The next port may by chance be the one that was left.
    expect(runs.filter((questions) => questions > 16).length).toBeLessThanOrEqual(1);
    expect(runs.length).toBeGreaterThanOrEqual(4);
    expect(new Set(server.asked.map(({ spelt }) => spelt)).size).toBe(70);
    expect(new Set(server.asked.map(({ id }) => id)).size).toBeGreaterThan(60);
  });

  it('is left when something came to it that is no answer, when nobody answers, and when it may not have been us (DNS-5452-1)', async () => {
    const stranger: Responder = (asked) => [
      response({ ...asked, id: asked.id ^ 1 }),
      response(asked, { answer: [tenMx] }),
    ];
    const otherCase: Responder = (asked) => [response({ ...asked, spelt: asked.name }, { answer: [tenMx] })];
    const name = 'abcdefghijklmnopqrstuvwxyz.example';
    for (const respond of [stranger, otherCase]) {
      const server = await serve(respond);
      const config = { servers: [server] };
      for (let i = 0; i < 4; i++) expect(await ask(config, queryOf(name))).toMatchObject({ kind: 'octets' });
      expectNewPorts(server.asked, 4);
    }
    const silent = await serve(() => []);
    for (let i = 0; i < 4; i++) await ask({ servers: [silent], attempts: 1 }, queryOf(), 50);
    expectNewPorts(silent.asked, 4);
  });

  it('is left when something comes to it while nobody asks (DNS-5452-1)', async () => {
    const twice: Responder = (asked) => [
      response(asked, { answer: [tenMx] }),
      response(asked, { answer: [tenMx] }),
    ];
    const server = await serve(twice);
    const config = { servers: [server] };
    for (let i = 0; i < 4; i++) {
      await ask(config);
      // The second answer is on its way to the same loop, which looks at its timers before it looks at its sockets.
      await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expectNewPorts(server.asked, 4);
  });
});
