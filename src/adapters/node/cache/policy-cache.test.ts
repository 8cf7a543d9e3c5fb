import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CachedPolicy, FetchFailure } from '../../../policy/mta-sts/policy.js';
import { filePolicyCache } from './file-cache.js';
import { memoryPolicyCache } from './memory-cache.js';
import type { PolicyCachePorts } from './policy-cache.js';
import { storedPolicy } from './stored.codec.js';

const never = new AbortController().signal;
const entry: CachedPolicy = {
  id: '20260101',
  policy: {
    mode: 'enforce',
    mx: ['*.a.example'],
    maxAgeSeconds: 604_800,
    lines: ['version: STSv1', 'mode: enforce'],
  },
  fetchedAt: 1_700_000_000_000,
};
const failure: FetchFailure = { id: '20260102', failedAt: 1_700_000_100_000 };
const DOMAIN = 'a.example';
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waxseal-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const read = (cache: PolicyCachePorts, domain = DOMAIN) => cache['policy-cache.read']({ domain }, never);
const store = (cache: PolicyCachePorts, domain = DOMAIN, one = entry) =>
  cache['policy-cache.write']({ domain, change: { kind: 'store', entry: one } }, never);
const remember = (cache: PolicyCachePorts, domain = DOMAIN) =>
  cache['policy-cache.write']({ domain, change: { kind: 'remember-failure', failure } }, never);

describe.each([
  ['in memory', () => memoryPolicyCache({ entriesMax: 10 })],
  ['in files', () => filePolicyCache(join(directory, 'made', 'when-needed'))],
])('a policy cache %s', (_, make) => {
  it('knows nothing at first', async () => {
    expect(await read(make())).toEqual({ kind: 'read', cached: null, failure: null });
  });

  it('gives back what was stored, for that domain only, in any case', async () => {
    const cache = make();
    expect(await store(cache, 'A.Example')).toEqual({ kind: 'written' });
    expect(await read(cache)).toEqual({ kind: 'read', cached: entry, failure: null });
    expect(await read(cache, 'b.example')).toEqual({ kind: 'read', cached: null, failure: null });
  });

  it('keeps the policy when a failure is remembered, and forgets the failure when a policy comes (STS-3.1-5)', async () => {
    const cache = make();
    await store(cache);
    expect(await remember(cache)).toEqual({ kind: 'written' });
    expect(await read(cache)).toEqual({ kind: 'read', cached: entry, failure });
    const next = { ...entry, id: 'next' };
    await store(cache, DOMAIN, next);
    expect(await read(cache)).toEqual({ kind: 'read', cached: next, failure: null });
  });

  it('remembers a failure where there is no policy', async () => {
    const cache = make();
    await remember(cache);
    expect(await read(cache)).toEqual({ kind: 'read', cached: null, failure });
  });
});

describe('a policy cache in memory', () => {
  it('lets the policy go that was unused for longest, and never a policy for a failure', async () => {
    const cache = memoryPolicyCache({ entriesMax: 2 });
    await store(cache, 'a');
    await store(cache, 'b');
    await read(cache, 'a');
    await store(cache, 'c');
    for (const domain of ['d', 'e', 'f']) await remember(cache, domain);
    const cached = await Promise.all(['a', 'b', 'c', 'd', 'f'].map((domain) => read(cache, domain)));
    expect(cached).toMatchObject([
      { cached: entry },
      { cached: null },
      { cached: entry },
      { failure: null },
      { failure },
    ]);
  });
});

describe('a policy cache in files', () => {
  const path = (domain = DOMAIN, kind = 'policy') => join(directory, `${domain}.${kind}.json`);

  it('outlives the process (STS-3.3-12)', async () => {
    await store(filePolicyCache(directory));
    expect(await read(filePolicyCache(directory))).toMatchObject({ cached: entry });
  });

  it('names the files after the domain, readable by the owner alone, and leaves no others', async () => {
    const cache = filePolicyCache(directory);
    await store(cache, '_x.a-b.example');
    await remember(cache, '_x.a-b.example');
    expect((await readdir(directory)).sort()).toEqual([
      '_x.a-b.example.failure.json',
      '_x.a-b.example.policy.json',
    ]);
    expect((await stat(path('_x.a-b.example'))).mode & 0o077).toBe(0);
    expect(JSON.parse(await readFile(path('_x.a-b.example'), 'utf8'))).toMatchObject({
      format: 'waxseal-policy-cache',
      version: 1,
      domain: '_x.a-b.example',
    });
  });

  it('never writes outside its folder, whatever the domain is', async () => {
    const inner = join(directory, 'inner');
    const cache = filePolicyCache(inner);
    const odd = [
      '../evil',
      '/etc/evil',
      '..',
      '.',
      '',
      '.hidden',
      'a/b',
      'a\\b',
      'a\u0000b',
      'a..b',
      `${'x.'.repeat(150)}x`,
    ];
    for (const domain of odd) {
      expect(await store(cache, domain)).toEqual({ kind: 'written' });
      expect(await read(cache, domain)).toMatchObject({ cached: entry });
    }
    expect(await readdir(directory)).toEqual(['inner']);
    for (const file of await readdir(inner)) expect(file).toMatch(/^[0-9a-f]{64}\.policy\.json$/);
  });

  it('says that a file is unreadable, and is mended by the next policy', async () => {
    const cache = filePolicyCache(directory);
    await store(cache);
    const whole = await readFile(path(), 'utf8');
    const changed = (change: (file: Record<string, unknown>) => unknown) =>
      JSON.stringify(change(JSON.parse(whole)));
    const value = (over: object) => changed((file) => ({ ...file, value: { ...entry, ...over } }));
    const policy = (over: object) => value({ policy: { ...entry.policy, ...over } });
    const texts = [
      '',
      whole.slice(0, -10),
      'null',
      '[]',
      changed((file) => ({ ...file, version: 2 })),
      changed((file) => ({ ...file, format: 'other' })),
      changed((file) => ({ ...file, kind: 'failure' })),
      changed((file) => ({ ...file, domain: 'b.example' })),
      value({ id: 'no spaces please' }),
      value({ fetchedAt: '1' }),
      value({ fetchedAt: -1 }),
      value({ fetchedAt: null }),
      policy({ mode: 'Enforce' }),
      policy({ mx: [] }),
      policy({ mx: [1] }),
      policy({ maxAgeSeconds: 31_557_601 }),
      policy({ maxAgeSeconds: 1.5 }),
      policy({ lines: undefined }),
      `${whole}${' '.repeat(262_144)}`,
    ];
    for (const text of texts) {
      await writeFile(path(), text);
      expect(await read(cache)).toEqual({ kind: 'unreadable' });
    }
    await store(cache);
    expect(await read(cache)).toMatchObject({ cached: entry });
  });

  it('drops what it does not know in a file', async () => {
    const cache = filePolicyCache(directory);
    await store(cache);
    const file = JSON.parse(await readFile(path(), 'utf8'));
    await writeFile(path(), JSON.stringify({ ...file, extra: 1, value: { ...file.value, extra: 1 } }));
    expect(await read(cache)).toEqual({ kind: 'read', cached: entry, failure: null });
  });

  it('does not let an unreadable failure hide the policy (STS-3.3-12)', async () => {
    const cache = filePolicyCache(directory);
    await store(cache);
    await writeFile(path(DOMAIN, 'failure'), 'garbage');
    expect(await read(cache)).toEqual({ kind: 'read', cached: entry, failure: null });
  });

  it('follows no link, and reads no folder', async () => {
    const cache = filePolicyCache(join(directory, 'inner'));
    await store(cache);
    const real = join(directory, 'inner', 'a.example.policy.json');
    await writeFile(join(directory, 'elsewhere'), await readFile(real));
    await rm(real);
    await symlink(join(directory, 'elsewhere'), real);
    expect(await read(cache)).toEqual({ kind: 'unreadable' });
    await rm(real);
    await mkdir(real);
    expect(await read(cache)).toEqual({ kind: 'unreadable' });
    expect(await store(cache)).toEqual({ kind: 'failed' });
    expect((await readdir(join(directory, 'inner'))).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it('says that it could not write', async () => {
    await writeFile(join(directory, 'file'), '');
    const cache = filePolicyCache(join(directory, 'file'));
    expect(await store(cache)).toEqual({ kind: 'failed' });
    expect(await remember(cache)).toEqual({ kind: 'failed' });
    expect(await read(cache)).toEqual({ kind: 'unreadable' });
    const huge = { ...entry, policy: { ...entry.policy, lines: ['x'.repeat(300_000)] } };
    expect(await store(filePolicyCache(directory), DOMAIN, huge)).toEqual({ kind: 'failed' });
  });

  it('shows readers one whole policy or another, however many write at once', async () => {
    const caches = [filePolicyCache(directory), filePolicyCache(directory)];
    await store(caches[0]!);
    const writes = Array.from({ length: 40 }, (_, i) =>
      store(caches[i % 2]!, DOMAIN, { ...entry, id: `id${i}` }),
    );
    const failures = Array.from({ length: 10 }, (_, i) => remember(caches[i % 2]!));
    const reads = Array.from({ length: 40 }, (_, i) => read(caches[i % 2]!));
    expect(await Promise.all([...writes, ...failures])).toEqual(new Array(50).fill({ kind: 'written' }));
    for (const answer of await Promise.all(reads))
      expect(answer).toMatchObject({ kind: 'read', cached: { policy: entry.policy } });
    expect((await readdir(directory)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });
});

describe('the text of a stored policy', () => {
  it('is read as it was written, and nothing else is read at all', () => {
    const entries = fc.record({
      id: fc.stringMatching(/^[A-Za-z0-9]{1,32}$/),
      fetchedAt: fc.maxSafeNat(),
      policy: fc.record({
        mode: fc.constantFrom('enforce', 'testing', 'none'),
        mx: fc.array(fc.string(), { minLength: 1 }),
        maxAgeSeconds: fc.integer({ min: 0, max: 31_557_600 }),
        lines: fc.array(fc.string()),
      }),
    });
    fc.assert(
      fc.property(fc.string(), entries, fc.oneof(fc.string(), fc.json()), (domain, one, noise) => {
        expect(storedPolicy.decode(domain, storedPolicy.encode(domain, one))).toEqual(one);
        expect(storedPolicy.decode(domain, noise)).toBeNull();
      }),
    );
  });
});
