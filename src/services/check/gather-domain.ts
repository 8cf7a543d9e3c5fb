/*
 * A look at a domain as a receiver of mail, from outside, through the same adapters that deliver to it. It asks and takes
 * notes; `judgeDomain` says what they mean. Hosts are visited side by side, the addresses of a host one after the other.
 */
import { inTurn } from '../../engine/in-turn.js';
import type { DomainFacts, HostFacts, StsFacts } from '../../policy/check/facts.js';
import type { MxAnswer } from '../../policy/dns/answer.js';
import { addressesToVisit } from '../../policy/host/addresses.js';
import { POLICY_LENGTH_MAX } from '../../policy/mta-sts/policy-file.js';
import { candidatesOf, judgeMx } from '../../policy/mx/discover.js';
import { Asker, type CheckOptions } from './asker.js';
import { checkLook } from './check-arguments.js';
import { gatherHost } from './gather-host.js';

export type { CheckOptions } from './asker.js';

/** Hosts that are visited; the others are named and left out. */
const HOSTS_MAX = 16;
const HOSTS_AT_ONCE = 4;

/**
 * Gathers the facts about a domain. Rejects with a {@link MisuseError} for what no look can be made with.
 *
 * @param domain in lower-case A-labels
 * @param validation whether the AD bit of the resolver behind the adapters counts; see `trustsAd`
 */
export async function gatherDomain(
  domain: string,
  options: CheckOptions,
  validation: DomainFacts['validation'],
): Promise<DomainFacts> {
  checkLook(domain, options, validation);
  const asker = new Asker(options);
  const [mx, sts, tlsReport] = await Promise.all([
    asker.lookUp('dns.mx', domain),
    gatherSts(asker, domain),
    asker.lookUp('dns.txt', `_smtp._tls.${domain}`),
  ]);
  const candidates = hostsOf(domain, mx);
  const isNull = judgeMx(mx).verdict === 'no-mail-accepted';
  const txt = isNull ? await asker.lookUp('dns.txt', domain) : null;
  const hosts = await inTurn(candidates.slice(0, HOSTS_MAX), HOSTS_AT_ONCE, (candidate) =>
    gatherHost(asker, candidate),
  );
  const hostsLeftOut = candidates.slice(HOSTS_MAX).map(({ host }) => host);
  const { port } = options.settings;
  return { domain, port, validation, mx, txt, hosts, hostsLeftOut, sts, tlsReport };
}

function hostsOf(domain: string, mx: MxAnswer): readonly Pick<HostFacts, 'host' | 'source'>[] {
  switch (judgeMx(mx).verdict) {
    case 'try-hosts':
      return candidatesOf(mx.kind === 'failed' ? [] : mx.records, []).map(({ host }) => ({
        host,
        source: 'mx',
      }));
    case 'try-domain':
      return [{ host: domain, source: 'implicit' }];
    case 'no-mail-accepted':
    case 'no-target':
    case 'loop':
    case 'unknown':
      return [];
  }
}

/** The policy is fetched even where no record announces it: that is one of the faults to be found. */
async function gatherSts(asker: Asker, domain: string): Promise<StsFacts> {
  const policyHost = `mta-sts.${domain}`;
  const [record, addresses] = await Promise.all([
    asker.lookUp('dns.txt', `_mta-sts.${domain}`),
    asker.lookUp('dns.addresses', policyHost),
  ]);
  const { httpsPort, deadlines } = asker.settings;
  const vetted = addressesToVisit(addresses, asker.settings);
  if (vetted.length === 0) return { record, policyHost, addresses, fetch: null };
  const ask = {
    host: policyHost,
    port: httpsPort,
    addresses: vetted,
    bytesMax: POLICY_LENGTH_MAX,
    deadlineMs: deadlines.policyFetchMs,
  };
  asker.tell('policy.fetch', ask);
  const fetch = await asker.adapters['policy.fetch'](ask, asker.signal);
  return { record, policyHost, addresses, fetch };
}
