/*
 * DNS questions, each about one TXT record, to a resolver on loopback in another process: our stub, Node's own (c-ares,
 * which cannot tell what is secure), and dns2. Then the same question out of our cache.
 */
import { fork } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import dns2 from 'dns2';
import { cachedDns, nodeDns } from '../src/adapters/node/index.js';
import { type Contender, measure } from './measure.js';
import { sibling } from './sibling.js';
import { type Benchmark, costLine, rateLine, ratioLine } from './table.js';

const NAME = '_mta-sts.a.example';
/** Questions under way at the same time. */
const LANES = 8;
const ADDRESS = '127.0.0.1';
/** The questions of an attempt share one. */
const SIGNAL = new AbortController().signal;

export const dns: Benchmark = {
  title: `DNS questions over UDP, ${LANES} at a time`,
  limits:
    'A question has a port to itself, which serves at most 16 of them, one after the other, for four seconds at most; so a sixteenth of a socket, and then a datagram each way, a timer, a listener on a signal, and random numbers. What an off-path attacker must guess is 16 bits of the id, 14.8 of the port in the usual range of Linux, and a bit for each letter of the name (RFC 5452, Section 4.5), within the time that one question waits. c-ares asks from one port, many questions at a time, and without letters of random case.',
  async run(effort) {
    const child = fork(sibling('./dns-server', import.meta.url));
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    try {
      const [ours, node, other, kept] = await measure(
        [stub(port), nodes(port), dns2s(port), cache(port)],
        effort,
      );
      return [
        rateLine('waxseal', ours!),
        rateLine('node:dns', node!),
        rateLine('dns2 2', other!),
        rateLine('waxseal, from its cache', kept!),
        costLine('cost, to node:dns', ours!, node!, 2.5),
        ratioLine('waxseal, to dns2', ours!, other!, 0.9),
        ratioLine('from the cache, to node:dns', kept!, node!, 3),
      ];
    } finally {
      child.disconnect();
    }
  },
};

function stub(port: number): Contender {
  const ports = nodeDns({ servers: [{ address: ADDRESS, port }] });
  return inLanes(() => txt(ports));
}

function cache(port: number): Contender {
  const ports = cachedDns(nodeDns({ servers: [{ address: ADDRESS, port }] }), {
    entriesMax: 100,
    bytesMax: 1_000_000,
    now: Date.now,
  });
  return inLanes(() => txt(ports));
}

async function txt(ports: ReturnType<typeof nodeDns>): Promise<void> {
  const answer = await ports['dns.txt']({ name: NAME, deadlineMs: 5000 }, SIGNAL);
  if (answer.kind !== 'secure') throw new Error(`the answer is ${answer.kind}`);
}

function nodes(port: number): Contender {
  const resolver = new Resolver();
  resolver.setServers([`${ADDRESS}:${port}`]);
  return inLanes(async () => {
    if ((await resolver.resolveTxt(NAME)).length !== 1) throw new Error('not one record');
  });
}

function dns2s(port: number): Contender {
  const ask = dns2.UDPClient({ dns: ADDRESS, port });
  return inLanes(async () => {
    if ((await ask(NAME, 'TXT')).answers.length !== 1) throw new Error('not one record');
  });
}

function inLanes(question: () => Promise<void>): Contender {
  const each = 25;
  const lane = async () => {
    for (let count = 0; count < each; count++) await question();
  };
  return {
    async batch() {
      await Promise.all(Array.from({ length: LANES }, lane));
      return LANES * each;
    },
  };
}
