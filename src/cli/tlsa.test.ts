import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeTlsaKind } from '../policy/check/tlsa-worth.table.js';
import { association, createPki, type Internet, type Issued, startInternet } from '../testing/index.js';
import { fileIn, inTurn, makeFolder, optionsFor, removeFolder } from './command.fixture.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SPKI = publicKey.export({ type: 'spki', format: 'der' });
const SHA256 = createHash('sha256').update(SPKI).digest('hex').toUpperCase();

let folder: string;
let issued: Issued;
let internet: Internet;
let options: readonly string[];

beforeAll(async () => {
  folder = await makeFolder();
  issued = await (await createPki()).issue({ issuer: 'intermediate', sends: 'full' }, 'mx.a.test');
  internet = await startInternet({
    dns: {
      'A mx.full.test': ['@mx.full.test'],
      'A mx.leaf.test': ['@mx.leaf.test'],
      'A mx.clear.test': ['@mx.clear.test'],
    },
    mail: {
      'mx.full.test': { certificate: { sends: 'full' } },
      'mx.leaf.test': {},
      'mx.clear.test': { starttls: 'not-offered' },
    },
  });
  const all = await optionsFor(internet, folder);
  options = all.filter((_, at) => all[at] !== '--https-port' && all[at - 1] !== '--https-port');
  await fileIn(folder, 'chain.pem', `a comment\n${issued.chainPem}`);
  await fileIn(folder, 'leaf.pem', issued.chainPem.split(/(?<=-----END CERTIFICATE-----)/)[0]!);
  await writeFile(join(folder, 'leaf.der'), issued.leafDer);
  await fileIn(folder, 'public.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await writeFile(join(folder, 'public.der'), SPKI);
  await fileIn(folder, 'private.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await fileIn(folder, 'sec1.pem', privateKey.export({ type: 'sec1', format: 'pem' }).toString());
  await writeFile(join(folder, 'private.der'), privateKey.export({ type: 'pkcs8', format: 'der' }));
  await writeFile(join(folder, 'sec1.der'), privateKey.export({ type: 'sec1', format: 'der' }));
  await fileIn(
    folder,
    'params.pem',
    `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${privateKey.export({ type: 'sec1', format: 'pem' })}`,
  );
  for (const type of ['pkcs1', 'pkcs8', 'spki'] as const) {
    const half = type === 'spki' ? RSA.publicKey : RSA.privateKey;
    await writeFile(join(folder, `rsa-${type}.der`), half.export({ type, format: 'der' } as never));
    await writeFile(join(folder, `rsa-${type}.pem`), half.export({ type, format: 'pem' } as never));
  }
  await writeFile(join(folder, 'rsa-public.der'), RSA.publicKey.export({ type: 'pkcs1', format: 'der' }));
  await writeFile(join(folder, 'rsa-public.pem'), RSA.publicKey.export({ type: 'pkcs1', format: 'pem' }));
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const cipher = { type, cipher: 'aes-128-cbc', passphrase: 'x' } as const;
    await writeFile(join(folder, `locked-${type}.pem`), RSA.privateKey.export({ ...cipher, format: 'pem' }));
  }
  await writeFile(
    join(folder, 'locked-pkcs8.der'),
    RSA.privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'x' }),
  );
  const certificates = issued.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
  await fileIn(folder, 'reversed.pem', certificates.toReversed().join(''));
  await fileIn(folder, 'issuer.pem', certificates.at(-1)!);
  const many = await (await createPki()).issue({ names: ['*.a.test', '*.b.test'] }, 'mx.a.test');
  await fileIn(folder, 'many.pem', many.chainPem);
  await fileIn(
    folder,
    'strange-key.pem',
    `${issued.chainPem}${privateKey.export({ type: 'sec1', format: 'pem' })}`,
  );
  await fileIn(
    folder,
    'request.pem',
    '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
  );
  await fileIn(folder, 'cut.pem', issued.chainPem.slice(0, 200));
  const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  await fileIn(folder, 'locked.pem', privateKey.export(locked).toString());
  await fileIn(folder, 'odd.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  await fileIn(folder, 'text.pem', 'nothing of the kind');
  await truncate(await fileIn(folder, 'vast.pem', ''), 1_073_741_824);
});
afterAll(async () => {
  await internet.close();
  await removeFolder(folder);
});

const inFolder = (args: readonly string[]) => args.map((arg) => arg.replace(/^@/, folder));
const tlsa = (...args: readonly string[]) => inTurn(['tlsa', ...inFolder(args)]);

describe('waxseal tlsa, of a file', () => {
  it('prints a 3 1 1 for the certificate, named after it, and advice beside it (DANE-3.1-1, DANE-3.1.1-3)', async () => {
    const ended = await tlsa('@/chain.pem');
    const data = association(issued.leafDer, 1, 1).toUpperCase();
    expect(ended).toMatchObject({ exit: 0, stdout: `_25._tcp.mx.a.test. IN TLSA 3 1 1 ${data}\n` });
    expect(ended.stderr).toMatch(/^; For a new key or certificate: publish its record .*two TTLs/);
    expect((await tlsa('@/leaf.der')).stdout).toBe(ended.stdout);
  });

  it('prints a 2 0 1 for the last certificate', async () => {
    const last = association(issued.anchorDer, 0, 1).toUpperCase();
    const ended = await tlsa('@/chain.pem', '--usage', '2', '--name', 'MX.b.test', '--port', '2525');
    expect(ended.stdout).toBe(`_2525._tcp.mx.b.test. IN TLSA 2 0 1 ${last}\n`);
    expect(ended.stderr).toContain('The server must send this issuer along');
  });

  it.each(['public.pem', 'public.der', 'private.pem', 'private.der', 'sec1.pem', 'sec1.der', 'params.pem'])(
    'takes a key before there is a certificate: %s',
    async (file) => {
      const ended = await tlsa(`@/${file}`, '--name', 'mx.a.test');
      expect(ended.stdout).toBe(`_25._tcp.mx.a.test. IN TLSA 3 1 1 ${SHA256}\n`);
    },
  );

  it.each(['rsa-pkcs1', 'rsa-pkcs8', 'rsa-spki', 'rsa-public'])(
    'takes %s in PEM and DER alike',
    async (name) => {
      const digest = createHash('sha256')
        .update(RSA.publicKey.export({ type: 'spki', format: 'der' }))
        .digest('hex');
      for (const form of ['pem', 'der'])
        expect((await tlsa(`@/${name}.${form}`, '--name', 'mx.a.test')).stdout).toBe(
          `_25._tcp.mx.a.test. IN TLSA 3 1 1 ${digest.toUpperCase()}\n`,
        );
    },
  );

  it('finds the certificate of the server wherever it stands (DOPS-5.1-1)', async () => {
    const warningsIn = async (...args: readonly string[]) => {
      const ended = JSON.parse((await tlsa(...args, '--json')).stdout) as {
        records: { data: string }[];
        warnings: string[];
      };
      return { data: ended.records[0]!.data, warnings: ended.warnings };
    };
    const key = association(issued.leafDer, 1, 1);
    expect(await warningsIn('@/chain.pem')).toEqual({ data: key, warnings: [] });
    const reversed = await warningsIn('@/reversed.pem');
    expect(reversed).toEqual({ data: key, warnings: [expect.stringContaining('and not the first')] });
    expect((await warningsIn('@/reversed.pem', '--usage', '2')).data).toBe(
      association(issued.anchorDer, 0, 1),
    );
    const alone = await warningsIn('@/issuer.pem', '--name', 'mx.a.test');
    expect(alone.warnings).toEqual([expect.stringContaining('that of a CA')]);
    expect((await warningsIn('@/issuer.pem', '--usage', '2', '--name', 'mx.a.test')).warnings).toEqual([]);
    expect((await warningsIn('@/strange-key.pem')).warnings).toEqual([
      expect.stringContaining('the key in the file'),
    ]);
  });

  it('warns where the certificate is for another host than the record (DANE-3.2.2-1)', async () => {
    const { stderr } = await tlsa('@/chain.pem', '--usage', '2', '--name', 'mx.b.test');
    expect(stderr).toMatch(
      /^; warning: the certificate holds mx\.a\.test, and not mx\.b\.test: under usage 2/,
    );
    expect((await tlsa('@/chain.pem', '--name', 'mx.b.test')).stderr).toContain('no obstacle to DANE');
  });

  it('takes the key as it stands in the certificate', async () => {
    const json = await tlsa('@/leaf.pem', '--matching', '0', '--json');
    expect(json.stderr).toBe('');
    const { records, warnings } = JSON.parse(json.stdout) as {
      records: { data: string; worth: string; owner: string }[];
      warnings: string[];
    };
    expect(records).toMatchObject([{ owner: '_25._tcp.mx.a.test.', of: 'leaf', worth: 'discouraged' }]);
    expect(new X509Certificate(issued.leafDer).raw.toString('hex')).toContain(records[0]!.data);
    expect(warnings).toEqual([expect.stringMatching(/^3 1 0 is discouraged: /)]);
  });

  it('warns of kinds that are of no use to mail (DANE-3.1.3-1)', async () => {
    const { stderr } = await tlsa('@/chain.pem', '--usage', '1');
    expect(stderr).toMatch(/^; warning: 1 1 1 is useless: /);
    expect((await tlsa('@/chain.pem', '--selector', '0')).stderr).toMatch(
      /3 0 1 is discouraged: It must be changed/,
    );
  });

  it.each([
    [[], 64, 'a certificate file, a key file or a mail host is missing'],
    [['a.pem', 'b.pem'], 64, '"b.pem" is a second'],
    [['@/none.pem'], 66, 'there is no such file or folder'],
    [['@'], 66, 'it is a folder'],
    [['@/vast.pem'], 66, 'larger than 1 MiB'],
    [['nonsense'], 66, 'is neither a file nor a mail host'],
    [['@/text.pem'], 65, 'it is neither a certificate nor a key'],
    [['@/odd.pem'], 65, 'certificate 1 cannot be read'],
    [['@/locked.pem', '--name', 'mx.a.test'], 65, 'the key is encrypted'],
    [['@/locked-pkcs1.pem', '--name', 'mx.a.test'], 65, 'the key is encrypted'],
    [['@/locked-pkcs8.pem', '--name', 'mx.a.test'], 65, 'the key is encrypted'],
    [['@/locked-pkcs8.der', '--name', 'mx.a.test'], 65, 'the key is encrypted'],
    [['@/request.pem', '--name', 'mx.a.test'], 65, 'a request for a certificate'],
    [['@/cut.pem', '--name', 'mx.a.test'], 65, 'has no end'],
    [['@/public.pem'], 64, '--name is missing'],
    [['@/issuer.pem'], 64, 'issuer.pem has no DNS name, only the common name'],
    [['@/many.pem'], 64, 'no DNS name is that of one host (*.a.test, *.b.test)'],
    [
      ['@/public.pem', '--name', 'mx.a.test', '--usage', '2'],
      64,
      'only stand in a record 3 1 x, not in 2 0 x',
    ],
    [['@/private.pem', '--name', 'mx.a.test', '--selector', '0'], 64, 'not in 3 0 x'],
    [['@/leaf.pem', '--usage', '2'], 65, 'the only certificate in'],
    [['@/leaf.pem', '--usage', '4'], 64, '--usage "4" is not a number from 0 to 3'],
    [['@/leaf.pem', '--name', 'a b'], 64, '--name "a b" is not a host name'],
    [['192.0.2.1'], 64, '--name is missing'],
    [['mx.a.test:25', '--port', '26'], 64, 'the port is given twice'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    const ended = await tlsa(...args);
    expect(ended).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(says) });
  });
});

describe('waxseal tlsa, of a mail host', () => {
  it('prints a 3 1 1 for what it presents, and its issuer as comments', async () => {
    const ended = await tlsa('mx.full.test', ...options);
    expect(ended.exit).toBe(0);
    const lines = ended.stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      new RegExp(`^_${internet.port}\\._tcp\\.mx\\.full\\.test\\. IN TLSA 3 1 1 [0-9A-F]{64}$`),
    );
    expect(lines[1]).toMatch(/^; for the issuer/);
    const anchor = (selector: number) => association(internet.caPem, selector, 1).toUpperCase();
    expect(lines.slice(2).map((line) => line.replace(/^;.*TLSA /, ''))).toEqual([
      `2 0 1 ${anchor(0)}`,
      `2 1 1 ${anchor(1)}`,
    ]);
  });

  it('prints records that a check finds to match (DANE-8.1-2)', async () => {
    const json = JSON.parse((await tlsa('mx.full.test', ...options, '--json')).stdout) as {
      records: { record: string }[];
      alternatives: { record: string }[];
    };
    const records = [...json.records, ...json.alternatives].map(({ record }) =>
      record.replace(/^.* TLSA /, ''),
    );
    await internet.change({ dns: { 'TLSA mx.full.test': records, 'MX full.test': ['10 mx.full.test'] } });
    const checked = await inTurn(['check', 'full.test', ...options]);
    expect(checked.stdout).not.toContain('CRITICAL');
    const { hosts } = JSON.parse((await inTurn(['check', 'full.test', ...options, '--json'])).stdout) as {
      hosts: { tlsa: { worth: string }[] }[];
    };
    expect(hosts[0]!.tlsa.map(({ worth }) => worth).sort()).toEqual([
      'acceptable',
      'recommended',
      'recommended',
    ]);
  });

  it.each([
    [['mx.clear.test'], 69, 'STARTTLS is not offered'],
    [['mx.none.test'], 69, 'mx.none.test has no address'],
    [['mx.leaf.test', '--usage', '2'], 69, 'sends no certificate of an issuer along'],
    [['mx.leaf.test', '--matching', '0'], 64, 'matching type 0 needs the certificate itself'],
  ] as const)('%j ends with %i', async (args, exit, says) => {
    const ended = await tlsa(...args, ...options);
    expect(ended).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(says) });
  });
});

describe('kinds of TLSA records', () => {
  it('recommends 3 1 1 and 2 0 1, and nothing else (DANE-3.1-1)', () => {
    const numbers = (max: number) => Array.from({ length: max + 1 }, (_, at) => at);
    const recommended = numbers(4).flatMap((usage) =>
      numbers(2).flatMap((selector) =>
        numbers(3)
          .filter((matching) => judgeTlsaKind({ usage, selector, matching }).verdict === 'recommended')
          .map((matching) => `${usage} ${selector} ${matching}`),
      ),
    );
    expect(recommended).toEqual(['2 0 1', '3 1 1']);
    expect(judgeTlsaKind({ usage: 255, selector: 1, matching: 1 }).verdict).toBe('useless');
    expect(judgeTlsaKind({ usage: 0, selector: 0, matching: 1 }).verdict).toBe('useless');
    expect(judgeTlsaKind({ usage: 2, selector: 1, matching: 1 }).verdict).toBe('acceptable');
  });
});
