/*
 * Deliveries over loopback under TLS, one connection each, to the same receiver in another process: the engine under
 * an enforced MTA-STS policy, beside Nodemailer's connection, which is told the address and judges nothing. Both
 * count a delivery as done when the message is accepted and QUIT was said.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { daneDomain, stsDomain, together } from '../spec/scenarios/worlds.js';
import { cachedDns, nodeDns } from '../src/adapters/node/index.js';
import { createNodeEngine, type NodeEngineOptions, settingsOf } from '../src/node.js';
import type { World } from '../src/testing/index.js';
import { type Contender, measure } from './measure.js';
import type { Place } from './receiver.js';
import { sibling } from './sibling.js';
import { addedLine, type Benchmark, costLine, rateLine } from './table.js';

/** Deliveries under way at the same time. */
const LANES = 4;
/** What an attempt is made of runs once or twice each time, so that the compiler has seen to it only after some thousands of them. */
const WARM_UP_TIMES = 4;
export const HOST = 'mx.a.example';
/** Addresses of both families, because a denial is not kept; both lead to the same server. */
export const WORLD = together(stsDomain('enforce'), { dns: { [`AAAA ${HOST}`]: [`@${HOST}`] } });
const CACHE = { entriesMax: 1000, bytesMax: 1_000_000, now: Date.now } as const;
export const HELO = 'client.example';
export const SENDER = 'sender@sender.example';
export const RECIPIENT = 'user@a.example';
export const MESSAGE = Buffer.from(
  [
    `From: <${SENDER}>`,
    `To: <${RECIPIENT}>`,
    'Subject: A message through a small internet',
    'Date: Thu, 01 Jan 2026 12:00:00 +0000',
    'Message-ID: <1@sender.example>',
    '',
    ...Array.from(
      { length: 30 },
      (_, at) => `Line ${at + 1} of a message of no importance, of usual length.`,
    ),
    '',
  ].join('\r\n'),
);

/** The same host, its zones signed: with TLSA records that DANE-EE satisfies, and without any. */
const BOTH_FAMILIES = { dns: { [`AAAA ${HOST}`]: [`@${HOST}`] } };
const DANE_WORLD = together(daneDomain([`3 1 1 @${HOST}`]), BOTH_FAMILIES);
const PLAIN_WORLD = together(daneDomain([]), BOTH_FAMILIES);

export const deliveries: Benchmark = {
  title: `Deliveries over loopback under TLS, ${LANES} at a time`,
  limits:
    'Half of it is the handshake and the system calls of one connection, which both sides have. Of the rest most is what an attempt is made of: a dozen questions with a promise, a signal and an answer each, some forty judgements, and the record of all of them.',
  async run(effort) {
    await using receiver = await startReceiver(WORLD);
    const cached = engineAt(receiver.place, 'cached');
    const asking = engineAt(receiver.place, 'asking');
    const nodemailer = nodemailerAt(receiver.place);
    const [kept, asked, plain] = await measure(
      [cached.deliver, asking.deliver, nodemailer].map((each) => inLanes(each)),
      { ...effort, roundMs: effort.roundMs * 2, warmUpMs: effort.warmUpMs * WARM_UP_TIMES },
    );
    return [
      rateLine(`engine, DNS kept (${cached.lookupsEach()})`, kept!),
      rateLine(`engine, DNS asked (${asking.lookupsEach()})`, asked!),
      rateLine("Nodemailer's SMTPConnection", plain!),
      costLine('cost, DNS kept, to Nodemailer', kept!, plain!, 1),
      costLine('cost, DNS asked, to Nodemailer', asked!, plain!, 1.1),
    ];
  },
};

export const daneDeliveries: Benchmark = {
  title: `What DANE adds to a delivery, ${LANES} at a time, DNS kept`,
  async run(effort) {
    await using withDane = await startReceiver(DANE_WORLD);
    await using without = await startReceiver(PLAIN_WORLD);
    const contenders = [
      engineAt(withDane.place, 'cached', 'dane'),
      engineAt(without.place, 'cached', 'none'),
    ].map(({ deliver }) => inLanes(deliver));
    const [dane, plain] = await measure(contenders, {
      ...effort,
      roundMs: effort.roundMs * 2,
      warmUpMs: effort.warmUpMs * WARM_UP_TIMES,
    });
    return [
      rateLine('under DANE-EE', dane!),
      rateLine('opportunistic TLS', plain!),
      addedLine('added by DANE', dane!, plain!),
    ];
  },
};

export function inLanes(deliver: () => Promise<void>, lanes = LANES, each = 4): Contender {
  const lane = async () => {
    for (let count = 0; count < each; count++) await deliver();
  };
  return {
    async batch() {
      await Promise.all(Array.from({ length: lanes }, lane));
      return lanes * each;
    },
    // The last connections close behind their QUIT.
    settle: () => sleep(20),
  };
}

export async function startReceiver(world: World) {
  const child = fork(sibling('./receiver', import.meta.url));
  child.send({ world, host: HOST });
  const [place] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the receiver ended before it began'))),
  ])) as [Place];
  return {
    place,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** The engine as an embedder has it; the policy is fetched by the first delivery and kept. */
export function engineAt(
  place: Place,
  dns: 'cached' | 'asking',
  demanded: 'pkix' | 'dane' | 'none' = 'pkix',
  more: Pick<NodeEngineOptions, 'reuseConnections'> = {},
) {
  let lookups = 0;
  let delivered = 0;
  const wire = counted(nodeDns({ servers: [place.resolver] }), () => lookups++);
  const engine = createNodeEngine({
    settings: settingsOf('rfc', {
      privateAddresses: 'allow',
      helo: HELO,
      port: place.port,
      httpsPort: place.httpsPort,
    }),
    ca: [place.caPem],
    dnsCache: 'off',
    ...more,
    adapters: dns === 'cached' ? cachedDns(wire, CACHE) : wire,
  });
  const mail = {
    from: SENDER,
    to: [RECIPIENT],
    content: () => [MESSAGE],
    facts: {
      requireTls: 'no',
      tlsRequired: 'absent',
      report: 'none',
      sizeBytes: MESSAGE.length,
      body: '7bit',
      utf8: 'not-needed',
    },
  } as const;
  return {
    async deliver() {
      const { results } = await engine.deliver(mail);
      const { outcome, authentication } = results[0]!;
      if (outcome !== 'delivered' || authentication !== demanded)
        throw new Error(`${outcome}, authentication ${authentication}: ${results[0]!.status}`);
      delivered++;
    },
    lookupsEach: () => `${(lookups / delivered).toFixed(1)} lookups`,
  };
}

function counted<P extends ReturnType<typeof nodeDns>>(ports: P, count: () => void): P {
  const wrapped = Object.entries(ports).map(([name, port]) => [
    name,
    (...asked: unknown[]) => {
      count();
      return (port as (...asked: unknown[]) => unknown)(...asked);
    },
  ]);
  return Object.fromEntries(wrapped) as P;
}

function nodemailerAt({ address, port }: Place): () => Promise<void> {
  return () =>
    new Promise((resolve, reject) => {
      const connection = new SMTPConnection({
        // As the engine dials it: a socket of the other family is cheaper to connect.
        host: `::ffff:${address}`,
        port,
        name: HELO,
        requireTLS: true,
        tls: { servername: HOST, rejectUnauthorized: false },
      });
      connection.on('error', reject);
      connection.connect((failed) => {
        if (failed) return reject(failed);
        connection.send({ from: SENDER, to: [RECIPIENT] }, MESSAGE, (refused) => {
          if (refused) return reject(refused);
          connection.quit();
          resolve();
        });
      });
    });
}
