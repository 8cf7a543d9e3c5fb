import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Internet, startInternet } from '../testing/index.js';
import { makeFolder, optionsFor, removeFolder, waxseal } from './command.fixture.js';

let internet: Internet;
let silent: Server;
let folder: string;
let options: readonly string[];
const open = new Set<Socket>();

beforeAll(async () => {
  folder = await makeFolder();
  internet = await startInternet({
    dns: {
      'MX slow.test': ['10 mx.slow.test'],
      'A mx.slow.test': ['@mx.slow.test'],
      'TXT _mta-sts.slow.test': ['v=STSv1; id=1;'],
      'A mta-sts.slow.test': ['@mx.slow.test'],
    },
    mail: { 'mx.slow.test': { connect: 'silent' } },
  });
  options = await optionsFor(internet, folder);
  // Where policies are to be, somebody takes connections and says nothing.
  silent = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((done) => {
    silent.listen(internet.httpsPort, internet.addressOf('mx.slow.test'), done);
  });
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  silent.close();
  await internet.close();
  await removeFolder(folder);
});

// On a busy machine even the first answer may be late.
const NAMED =
  /still waited for: (?:(?:MX|TXT|TLSA|addresses|aliases) of \S*slow\.test|the policy at mta-sts\.slow\.test|a greeting of 127\.)/;

it.each([
  ['check', ['check', 'slow.test']],
  ['tlsa', ['tlsa', 'mx.slow.test']],
  ['sts lint', ['sts', 'lint', 'slow.test']],
  ['sts get', ['sts', 'get', 'slow.test']],
])('%s ends with what was not learned when its time is up', async (_, command) => {
  const own = command[0] === 'sts' ? withoutPort(options) : options;
  const shown = command[0] === 'tlsa' ? withoutHttpsPort(own) : own;
  const { exit, stderr } = await waxseal([...command, ...shown, '--deadline', '2s']);
  expect(stderr).toContain('not everything could be learned before --deadline 2s was up');
  expect(stderr).toMatch(NAMED);
  expect(exit).toBe(75);
});

it('no time at all is a mistake, and so is what is no time', async () => {
  for (const text of ['0s', 'soon'])
    expect(await waxseal(['check', 'slow.test', ...options, '--deadline', text])).toMatchObject({
      exit: 64,
      stderr: expect.stringContaining('--deadline'),
    });
});

const without = (name: string) => (given: readonly string[]) =>
  given.filter((each, at) => each !== name && given[at - 1] !== name);
const withoutPort = without('--port');
const withoutHttpsPort = without('--https-port');
