/*
 * A small internet of domains with policies, as three readers see it: our engine, mta-sts-query and mailauth. Policy hosts
 * listen at port 443, because other people's readers know no other.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../src/adapters/scripted/index.js';
import type { CacheAnswer } from '../src/effects/catalog.js';
import { createNodeEngine } from '../src/node.js';
import type { AttemptResult } from '../src/policy/attempt/types.js';
import { DEFAULT_SETTINGS, settingsOf } from '../src/policy/settings.js';
import { startInternet } from '../src/testing/index.js';
import type { MailauthPolicy } from './mailauth.js';
import type { Queried } from './mta-sts-query.js';
import type { StsHost, StsVerdict } from './sts-hosts.js';

export type Found = NonNullable<AttemptResult['policy']>;

export interface StsInternet {
  readonly resolver: { readonly address: string; readonly port: number };
  /** In PEM. */
  readonly caFile: string;
  /** What our engine finds of a domain's policy, with that in its cache. One look at a domain at a time. */
  readonly look: (domain: string, cache?: CacheAnswer) => Promise<Found>;
  readonly stop: () => Promise<void>;
}

const NOTHING: CacheAnswer = { kind: 'read', cached: null, failure: null };
const HTTPS_PORT = 443;

export async function startStsInternet(hosts: readonly StsHost[]): Promise<StsInternet> {
  const internet = await startInternet(worldOf(hosts), { httpsPort: HTTPS_PORT });
  const folder = await mkdtemp(join(tmpdir(), 'waxseal-sts-'));
  const caches = new Map<string, CacheAnswer>();
  const { port, httpsPort, resolver, caPem } = internet;
  const deadlines = { ...DEFAULT_SETTINGS.deadlines, policyFetchMs: 5_000 };
  const engine = createNodeEngine({
    settings: settingsOf('rfc', { privateAddresses: 'allow', port, httpsPort, deadlines }),
    resolver,
    ca: [caPem],
    dnsCache: 'off',
    adapters: {
      'policy-cache.read': async ({ domain }) => caches.get(domain) ?? NOTHING,
      'policy-cache.write': async () => ({ kind: 'written' }),
    },
  });
  return {
    resolver,
    caFile: await internet.writeCa(join(folder, 'ca.pem')),
    async look(domain, cache = NOTHING) {
      caches.set(domain, cache);
      const { attempts } = await engine.explain(domain);
      const found = attempts[0]?.policy;
      if (found == null) throw new Error(`nothing was learned of the policy of ${domain}`);
      return found;
    },
    async stop() {
      await internet.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Each domain has a mail host, without which we would ask for no policy; nobody listens there. */
function worldOf(hosts: readonly StsHost[]): World {
  const dns: Record<string, World['dns'][string]> = {};
  const policy: Record<string, NonNullable<World['policy']>[string]> = {};
  for (const { name, records = [`v=STSv1; id=${idOf(name)};`], serves } of hosts) {
    const domain = `${name}.example`;
    dns[`MX ${domain}`] = [`10 mx.${domain}`];
    dns[`A mx.${domain}`] = ['@mx'];
    dns[`TXT _mta-sts.${domain}`] = records;
    if (serves === null) continue;
    dns[`A mta-sts.${domain}`] = [`@mta-sts.${domain}`];
    policy[`mta-sts.${domain}`] = typeof serves === 'string' ? { body: serves } : serves;
  }
  return { dns, policy, mail: { mx: { connect: 'refuse' } } };
}

/** The id that a host announces unless its row says otherwise. */
export function idOf(name: string): string {
  return name.replaceAll('-', '');
}

export function ourVerdict({ verdict, known, record }: Found): StsVerdict {
  if (verdict === 'defer') return 'lookup-failed';
  if (known.kind === 'policy') return known.policy.mode;
  return record.kind === 'found' ? 'no-policy' : 'no-record';
}

export function queryVerdict({ result, mode }: Queried): StsVerdict {
  switch (result) {
    case 'VALID':
      return mode as StsVerdict;
    case 'NONE':
      return 'no-record';
    case 'FETCH_ERROR':
    case 'NOT_CHANGED':
      return 'no-policy';
  }
}

/** Of a domain of which nothing was known before. */
export function mailauthVerdict({ status, mode, code }: MailauthPolicy): StsVerdict {
  if (status === 'found') return mode as StsVerdict;
  return status === 'not_found' || code === 'multi_sts_records' ? 'no-record' : 'no-policy';
}
