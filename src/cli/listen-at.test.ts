import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, removeFolder, waxseal } from './command.fixture.js';

let folder: string;
let taken: Server;
let port: number;

beforeAll(async () => {
  folder = await makeFolder();
  taken = createServer();
  await new Promise<void>((done) => {
    taken.listen(0, '127.0.0.1', done);
  });
  ({ port } = taken.address() as { readonly port: number });
});
afterAll(async () => {
  taken.close();
  await removeFolder(folder);
});

const SERVERS = [
  ['lmtp', ['lmtp', '--listen']],
  ['postfix policy-map', ['postfix', 'policy-map', '--listen']],
  ['serve', ['serve', '--state', '@', '--listen']],
  ['serve, to watch', ['serve', '--state', '@', '--listen', '127.0.0.1:0', '--metrics']],
] as const;

describe.each(SERVERS)('%s that cannot listen', (_, command) => {
  const listen = (where: string) =>
    waxseal([...command.map((word) => (word === '@' ? `${folder}/state` : word)), where]);

  it('says that a folder is missing, and which', async () => {
    const ended = await listen(`unix:${folder}/none/socket`);
    expect(ended.stderr).toContain(
      `cannot listen at unix:${folder}/none/socket: there is no folder ${folder}/none; make it\n`,
    );
    expect(ended.exit).toBe(78);
  });

  it('says that somebody else is there, and where', async () => {
    const ended = await listen(`127.0.0.1:${port}`);
    expect(ended.stderr).toContain(`cannot listen at 127.0.0.1:${port}: somebody else listens there; stop`);
    expect(ended.exit).toBe(78);
  });

  it('says what a port is', async () => {
    const ended = await listen('127.0.0.1:65536');
    expect(ended.stderr).toContain(
      '"127.0.0.1:65536" is none of HOST:PORT, [IPV6]:PORT (a port is from 0 to 65535)',
    );
    expect(ended.exit).toBe(64);
  });
});
