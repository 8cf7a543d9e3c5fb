import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySignalStore } from '../adapters/memory/index.js';
import type { SignalStore } from '../effects/stores.js';
import { createNodeEngine, MisuseError, type NodeEngine, settingsOf, signalMemory } from '../node.js';
import { SIGNAL_LIFE_MS } from '../policy/signals/domain-signals.js';
import { type Internet, startInternet } from '../testing/index.js';

let internet: Internet;
const engines: NodeEngine[] = [];
let now = Date.now();
beforeAll(async () => {
  internet = await startInternet({
    signedZones: ['all.test'],
    dns: {
      'MX all.test': ['10 mx.all.test'],
      'A mx.all.test': ['@mx.all.test'],
      'TLSA mx.all.test': ['3 1 1 @mx.all.test'],
      'TXT _mta-sts.all.test': ['v=STSv1; id=1;'],
      'A mta-sts.all.test': ['@mta-sts.all.test'],
      'MX none.test': ['10 mx.none.test'],
      'A mx.none.test': ['@mx.none.test'],
      'MX lost.test': { fails: 'servfail' },
    },
    mail: {
      'mx.all.test': { keywordsAfterTls: ['PIPELINING', 'REQUIRETLS'] },
      'mx.none.test': { starttls: 'not-offered' },
    },
    policy: {
      'mta-sts.all.test': { body: 'version: STSv1\nmode: enforce\nmx: mx.all.test\nmax_age: 86400\n' },
    },
  });
});
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  await internet.close();
});

function engineWith(options: Parameters<typeof createNodeEngine>[0] = {}): NodeEngine {
  const engine = createNodeEngine({
    resolver: internet.resolver,
    ca: [internet.caPem],
    settings: settingsOf('rfc', {
      port: internet.port,
      httpsPort: internet.httpsPort,
      privateAddresses: 'allow',
    }),
    clock: () => now,
    ...options,
  });
  engines.push(engine);
  return engine;
}

const UNSEEN = { starttls: null, mtaSts: null, dnssec: null, dane: null, requireTls: null };
const UNKNOWN = {
  ...{ starttls: 'unknown', mtaSts: 'unknown', dnssec: 'unknown', dane: 'unknown', requireTls: 'unknown' },
  seenAt: UNSEEN,
};

describe('what recipient domains were seen to support (CHOICE-45)', () => {
  it('is known after one message, to the scope that sent it and to no other', async () => {
    const engine = engineWith();
    await engine.explain('all.test', {}, { scope: 'app' });
    const { recipients, requireTlsForAll } = await engine.signals(['"A b"@ALL.test'], 'app');
    expect(recipients).toEqual([
      {
        ...{ recipient: '"A b"@ALL.test', domain: 'all.test' },
        ...{ starttls: 'yes', mtaSts: 'yes', dnssec: 'yes', dane: 'yes', requireTls: 'yes' },
        seenAt: { starttls: now, mtaSts: now, dnssec: now, dane: now, requireTls: now },
      },
    ]);
    expect(requireTlsForAll).toBe(true);
    expect(await engine.signals(['a@all.test'])).toEqual({
      recipients: [{ recipient: 'a@all.test', domain: 'all.test', ...UNKNOWN }],
      requireTlsForAll: false,
    });
  });

  it('is no of what is not there, and unknown of what could not be learned', async () => {
    const engine = engineWith();
    await engine.explain('none.test');
    await engine.explain('lost.test');
    const { recipients, requireTlsForAll } = await engine.signals(['a@none.test', 'a@lost.test']);
    expect(recipients[0]).toMatchObject({
      ...{ starttls: 'no', mtaSts: 'no', dnssec: 'no', requireTls: 'no' },
    });
    expect(recipients[1]).toMatchObject({ ...UNKNOWN, seenAt: UNSEEN });
    expect(requireTlsForAll).toBe(false);
  });

  it('is forgotten after half a year', async () => {
    const engine = engineWith();
    await engine.explain('all.test');
    const seenAt = now;
    try {
      now = seenAt + SIGNAL_LIFE_MS - 1;
      expect((await engine.signals(['a@all.test'])).requireTlsForAll).toBe(true);
      now = seenAt + SIGNAL_LIFE_MS;
      expect((await engine.signals(['a@all.test'])).recipients[0]).toMatchObject(UNKNOWN);
    } finally {
      now = seenAt;
    }
  });

  it('holds up no mail where it cannot be kept', async () => {
    const faults: string[] = [];
    const broken: SignalStore = {
      ...memorySignalStore({ signalsMax: 10 }),
      note: () => Promise.reject(new Error('the disk is full')),
      read: () => Promise.reject(new Error('the disk is full')),
    };
    const never: SignalStore = { ...broken, note: () => new Promise(() => {}) };
    const onFault = (message: string) => faults.push(message);
    const engine = engineWith({ signals: signalMemory(broken, { onFault }) });
    expect((await engine.explain('all.test')).results[0]).toMatchObject({ outcome: 'delivered' });
    await expect(engine.signals(['a@all.test'])).rejects.toThrow('the disk is full');
    expect(faults).toEqual(['what recipient domains support is not remembered: the disk is full']);
    // Of the same once an hour, however much mail there is.
    await engine.explain('none.test');
    await engine.explain('all.test');
    expect(faults).toHaveLength(1);
    now += 3_600_000;
    await engine.explain('all.test');
    await engine.close();
    expect(faults).toHaveLength(2);
    now -= 3_600_000;
    const slow = createNodeEngine({
      resolver: internet.resolver,
      ca: [internet.caPem],
      settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
      signals: signalMemory(never),
    });
    expect((await slow.explain('none.test')).results[0]).toMatchObject({ outcome: 'delivered' });
  });

  it('tells whoever runs the engine that its own folder does not keep it, and nobody else', async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'waxseal-signals-'));
    const [faults, warnings]: [string[], string[]] = [[], []];
    const warned = ({ name }: Error) => void warnings.push(name);
    process.on('warning', warned);
    const engine = engineWith({ stateDirectory, onFault: (message) => faults.push(message) });
    await engine.close();
    await engine.explain('none.test');
    await engine.close();
    await new Promise((done) => setImmediate(done));
    process.off('warning', warned);
    expect(faults).toContain('what recipient domains support is not remembered: the store was closed');
    expect(warnings).not.toContain('WaxsealFault');
    await rm(stateDirectory, { recursive: true });
  });

  it.each([
    [[], 'WAXSEAL_NO_RECIPIENT'],
    [['nobody'], 'WAXSEAL_BAD_ADDRESS'],
    ['a@b.test', 'WAXSEAL_BAD_ADDRESS'],
  ])('%j is wrong use', async (recipients, code) => {
    const asked = engineWith().signals(recipients as readonly string[]);
    await expect(asked).rejects.toMatchObject({ name: 'MisuseError', code });
  });

  it('takes no scope without end', async () => {
    const asked = engineWith().signals(['a@b.test'], 'x'.repeat(256));
    await expect(asked).rejects.toBeInstanceOf(MisuseError);
  });
});
