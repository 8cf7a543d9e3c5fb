/*
 * Starts the world of a scenario as real servers on loopback, and says how to send mail into it. Ctrl-C ends it.
 *
 *   npx tsx examples/small-internet.ts examples/renewed-certificate.json
 */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInternet } from 'waxseal/testing';

const { world } = JSON.parse(readFileSync(process.argv[2] ?? 'examples/renewed-certificate.json', 'utf8'));
const internet = await startInternet(world);
const ca = await internet.writeCa(join(tmpdir(), 'waxseal-example-ca.pem'));
const { address, port } = internet.resolver;
console.log(
  `--resolver ${address}:${port} --ca ${ca} --port ${internet.port} --https-port ${internet.httpsPort} --allow-loopback`,
);
process.once('SIGINT', () => void internet.close());
