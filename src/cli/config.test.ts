import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOwnCertificate } from '../hosts/own-certificate.js';
import { fileIn, inTurn, makeFolder, removeFolder } from './command.fixture.js';

let folder: string;
let good: string;
beforeAll(async () => {
  folder = await makeFolder();
  const password = await fileIn(folder, 'password', 'secret\n');
  good = await fileIn(
    folder,
    'good.yaml',
    [
      `users: [{ name: app, passwordFile: ${password} }]`,
      'destinations:',
      '  - { destination: a.test, demand: dane, owner: ann, reason: a contract, expiresAt: null }',
      '  - { destination: b.test, demand: encrypt, owner: bob, reason: a trial, expiresAt: "2020-01-01" }',
      '',
    ].join('\n'),
  );
});
afterAll(() => removeFolder(folder));

describe('waxseal config check', () => {
  it('finds a configuration good, or says what is wrong with its line and column', async () => {
    expect(await inTurn(['config', 'check', good])).toEqual({
      ...{ exit: 0, stdout: `${good} can be used\n`, stderr: '' },
    });
    const bad = await fileIn(folder, 'bad.yaml', 'limits:\n  perHost: none\n  speed: 1\n');
    expect(await inTurn(['config', 'check', bad])).toEqual({
      ...{ exit: 78, stdout: '' },
      stderr: [
        `${bad}:2:12: limits.perHost: expected a whole number from 1 to 10000, found "none"`,
        `${bad}:3:3: limits.speed: expected no such key, found 1; there is: concurrency, perDomain, perHost, perDomainPerMinute, perHostPerMinute, messageBytes, recipients\n`,
      ].join('\n'),
    });
    const json = await inTurn(['config', 'check', bad, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      file: bad,
      ok: false,
      problems: [
        { line: 2, column: 12, path: 'limits.perHost' },
        { line: 3, column: 3 },
      ],
    });
  });

  it('looks for the files that it names', async () => {
    const path = await fileIn(folder, 'files.yaml', `users:\n- name: app\n  passwordFile: ${folder}/none\n`);
    expect(await inTurn(['config', 'check', path])).toEqual({
      ...{ exit: 78, stdout: '' },
      stderr: `${path}:3:17: users[0].passwordFile: what stands in ${folder}/none cannot be read: there is no such file or folder\n`,
    });
  });

  it('holds a certificate against its key', async () => {
    const [one, other] = await Promise.all(
      ['one.test', 'other.test'].map((name) => makeOwnCertificate(name, Date.now())),
    );
    const cert = await fileIn(folder, 'own.pem', one!.cert);
    const checked = async (key: string) => {
      const keyFile = await fileIn(folder, 'own.key', key);
      const path = await fileIn(folder, 'own.yaml', `tls: { certFile: ${cert}, keyFile: ${keyFile} }\n`);
      return inTurn(['config', 'check', path]);
    };
    expect(await checked(one!.key)).toMatchObject({ exit: 0 });
    expect(await checked(other!.key)).toMatchObject({
      exit: 78,
      stderr: expect.stringContaining(
        `:1:18: tls.certFile: the certificate ${cert} cannot be used with the key`,
      ),
    });
  });

  it('looks for the keys of notices, too', async () => {
    const keys = `notices: { dkimKeys: [{ file: ${folder}/none.pem, selector: n }] }\n`;
    const path = await fileIn(folder, 'keys.yaml', keys);
    const { exit, stderr } = await inTurn(['config', 'check', path]);
    expect([exit, stderr]).toEqual([78, expect.stringContaining(':1:31: notices.dkimKeys[0].file: ')]);
  });

  it.concurrent.each([
    [['config', 'check'], 64, 'the configuration is missing'],
    [['config', 'check', 'a', 'b'], 64, '"b" is a second'],
    [['config', 'check', '/nonexistent'], 66, 'the configuration in /nonexistent cannot be read'],
    [['config', 'chek'], 64, 'there is: check'],
    [['policy', 'list', 'x'], 64, 'there is nothing to do with "x"'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    expect(await inTurn(args)).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(says) });
  });
});

describe('waxseal policy list', () => {
  it('lists what is demanded, by whom and why, and is alarmed by what is over', async () => {
    const ended = await inTurn(['policy', 'list', '--config', good, '--json']);
    expect(ended).toMatchObject({ exit: 0, stderr: expect.stringContaining('the rule for b.test is over') });
    expect(JSON.parse(ended.stdout)).toEqual({
      destinations: [
        {
          ...{ destination: 'a.test', demand: 'dane', relay: null, owner: 'ann', reason: 'a contract' },
          ...{ expiresAt: null, expired: false },
        },
        {
          ...{ destination: 'b.test', demand: 'encrypt', relay: null, owner: 'bob', reason: 'a trial' },
          ...{ expiresAt: '2020-01-01T00:00:00.000Z', expired: true },
        },
      ],
    });
    expect((await inTurn(['policy', 'list', '--config', good])).stdout).toMatch(
      /^a\.test {2}dane {2}without an end\n {4}ann: a contract\nb\.test {2}encrypt {2}over since/,
    );
  });
});
