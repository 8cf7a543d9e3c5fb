/*
 * Each small internet lives on a block 127.x.y.0/24 of its own, so that several can run side by side, also in other
 * processes. The first address of the block is the resolver's; it also holds the two ports that all hosts share, which
 * both claims the block for these ports and keeps them from programs that bind every address.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { DnsQuery } from './dns-message.js';
import { startDnsServer } from './dns-server.js';
import type { Zone } from './dns-zone.js';
import { listen, type TrackedServer } from './tracked-server.js';

export interface LoopbackBlock {
  readonly resolver: { readonly address: string; readonly port: number };
  readonly port: number;
  readonly httpsPort: number;
  /** The address of the host with that index from 0. Throws a RangeError when the block is full. */
  readonly addressAt: (index: number) => string;
  readonly close: () => Promise<void>;
}

interface Ports {
  readonly port: number;
  readonly httpsPort: number;
  readonly resolverPort: number;
}

/** What the resolver of a block answers from, and who is told what it was asked. */
export interface BlockResolver {
  readonly zone: (smtpPort: number) => Zone;
  readonly heard: (query: DnsQuery) => void;
}

const attemptsMax = 30;
const hostsMax = 250;

/** Finds a free block and starts its resolver; port 0 stands for any. `zone` is told the port that stands for SMTP. */
export async function claimBlock(ports: Ports, resolver: BlockResolver): Promise<LoopbackBlock> {
  for (let attempt = 1; ; attempt += 1) {
    const prefix = `127.${randomInt(1, 255)}.${randomInt(0, 256)}`;
    try {
      return await claim(prefix, ports, resolver);
    } catch (cause) {
      if (attempt < attemptsMax && isCode(cause, 'EADDRINUSE')) continue;
      if (!isCode(cause, 'EADDRNOTAVAIL')) throw cause;
      throw new Error('the small internet needs the whole of 127.0.0.0/8 on loopback, as Linux has it', {
        cause,
      });
    }
  }
}

async function claim(prefix: string, ports: Ports, { zone, heard }: BlockResolver): Promise<LoopbackBlock> {
  const address = `${prefix}.1`;
  const claimed: TrackedServer[] = [];
  const close = async () => void (await Promise.all(claimed.map((server) => server.close())));
  const hold = async (port: number) => {
    const keeper = createServer((socket) => socket.destroy());
    claimed.push(await listen(keeper, { address, port }));
    return claimed.at(-1)!.port;
  };
  try {
    const port = await hold(ports.port);
    const httpsPort = await hold(ports.httpsPort);
    const dns = await startDnsServer({ address, port: ports.resolverPort, zone: zone(port), heard });
    claimed.push(dns);
    return { resolver: { address, port: dns.port }, port, httpsPort, addressAt: addressesOf(prefix), close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

function addressesOf(prefix: string): (index: number) => string {
  return (index) => {
    if (index >= hostsMax) throw new RangeError(`a small internet has at most ${hostsMax} hosts`);
    return `${prefix}.${index + 2}`;
  };
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
