import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Internet, startInternet } from '../testing/index.js';
import {
  fileIn,
  inTurn,
  MESSAGE,
  makeFolder,
  optionsFor,
  removeFolder,
  resultsOf,
} from './command.fixture.js';

const RELAY = 'relay.smart.test';
const PORT = 2587;
let internet: Internet;
let folder: string;
let message: string;
let options: readonly string[];
let config: string;

beforeAll(async () => {
  internet = await startInternet({
    dns: {
      'MX a.test': ['10 mx.a.test'],
      'A mx.a.test': ['@mx.a.test'],
      [`A ${RELAY}`]: [`@${RELAY}`],
    },
    mail: {
      'mx.a.test': {},
      [RELAY]: { port: PORT, keywords: ['AUTH SCRAM-SHA-256 PLAIN'], auth: { password: 'pencil' } },
    },
  });
  folder = await makeFolder();
  message = await fileIn(folder, 'message.eml', MESSAGE);
  options = await optionsFor(internet, folder);
  const right = await fileIn(folder, 'right', 'pencil\n');
  const wrong = await fileIn(folder, 'wrong', 'crayon\n');
  const relay = `kind: relay, host: ${RELAY}, port: ${PORT}, tls: starttls, verify: pkix, user: me`;
  config = await fileIn(
    folder,
    'ways.yaml',
    [
      'transports:',
      `  smart: { ${relay}, passwordFile: ${right} }`,
      `  mistaken: { ${relay}, passwordFile: ${wrong} }`,
      '  nowhere: { kind: fail, status: 5.7.1, text: not from here }',
      'routes:',
      '  - { to: [a.test], transport: smart }',
      '',
    ].join('\n'),
  );
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

const deliver = (...more: readonly string[]) =>
  inTurn(['deliver', '--from', 's@s.test', '--to', 'a@a.test', ...options, '--json', ...more, message]);

describe('waxseal deliver --via', () => {
  it('takes that way, or the one that the routes say', async () => {
    const [routed] = resultsOf(await deliver('--config', config));
    expect(routed).toMatchObject({
      outcome: 'delivered',
      transport: 'smart',
      mx: RELAY,
      authentication: 'pkix',
    });
    const [direct] = resultsOf(await deliver('--config', config, '--via', 'direct'));
    expect(direct).toMatchObject({ outcome: 'delivered', transport: 'direct', mx: 'mx.a.test' });
    const [plain] = resultsOf(await deliver('--via', 'direct'));
    expect(plain).toMatchObject({ outcome: 'delivered', mx: 'mx.a.test' });
    const [failed] = resultsOf(await deliver('--config', config, '--via', 'nowhere'));
    expect(failed).toMatchObject({ outcome: 'bounced', status: '5.7.1', transport: 'nowhere' });
  });

  it('waits where the relay does not know the password, which is never printed', async () => {
    const before = internet.received(RELAY).length;
    const ended = await deliver('--config', config, '--via', 'mistaken');
    const [result] = resultsOf(ended);
    expect(result).toMatchObject({ outcome: 'deferred', status: '4.7.8', because: { row: 'AOUT-4' } });
    expect(ended.stdout + ended.stderr).not.toContain('crayon');
    expect(internet.received(RELAY)).toHaveLength(before);
  });

  it('is looked at by "waxseal explain" as well', async () => {
    const look = async (...more: readonly string[]) =>
      resultsOf(await inTurn(['explain', 'a.test', '--to', 'a@a.test', ...options, '--json', ...more]));
    expect(await look('--config', config)).toMatchObject([{ transport: 'smart', mx: RELAY }]);
    expect(await look('--config', config, '--via', 'direct')).toMatchObject([
      { transport: 'direct', mx: 'mx.a.test' },
    ]);
    expect(await look('--config', config, '--via', 'nowhere')).toMatchObject([
      { outcome: 'bounced', status: '5.7.1' },
    ]);
  });

  it('knows no other way', async () => {
    expect(await deliver('--config', config, '--via', 'smrt')).toMatchObject({ exit: 64, stdout: '' });
    expect(await deliver('--via', 'smart')).toMatchObject({
      exit: 64,
      stderr: expect.stringContaining('--via smart needs --config FILE'),
    });
  });
});
