/*
 * What is wrong with an MTA-STS record or policy file, for whoever publishes it. The parsers that senders' mail depends on
 * read it, so that a lint never disagrees with them; beyond what they refuse it warns of what other senders may.
 */

import type { MxAnswer, TxtAnswer } from '../dns/answer.js';
import { causeInWords } from '../dns/cause-words.js';
import { candidatesOf, judgeMx } from '../mx/discover.js';
import { idlePatterns, listerOf } from '../names/match.js';
import { type FetchAnswer, readFetch } from './fetch.js';
import { fetchFailureInWords } from './fetch-words.js';
import { lintPolicyFile } from './lint-file.js';
import type { LintFinding } from './lint-finding.js';
import { lintStsRecord } from './lint-record.js';
import { cited } from './lint-words.js';
import type { StsPolicy } from './policy.js';
import { readPolicyFile } from './policy-file.js';

/** What was looked up about a domain. */
export interface PublishedSts {
  /** Lower-case A-labels. */
  readonly domain: string;
  readonly txt: TxtAnswer;
  /** Null: the policy host has no address that may be connected to. */
  readonly fetch: FetchAnswer | null;
  readonly mx: MxAnswer;
}

const NAMES_MAX = 20;

/** What is wrong with what a domain publishes: its record, its policy host, its file, and the file beside its MX records. Never throws. */
export function lintDomain({ domain, txt, fetch, mx }: PublishedSts): readonly LintFinding[] {
  const record =
    txt.kind === 'failed'
      ? [
          unseen(
            'record',
            'record-unknown',
            `_mta-sts.${domain} could not be looked up: ${causeInWords(txt)}`,
          ),
        ]
      : lintStsRecord(txt.records);
  const policy = fetch?.kind === 'response' ? readPolicyFile(fetch.body) : null;
  return [
    ...record,
    ...lintFetch(domain, fetch),
    ...(fetch?.kind === 'response' && fetch.status === 200 ? lintPolicyFile(fetch.body) : []),
    ...(policy?.kind === 'valid' ? lintHosts(domain, policy.policy, mx) : []),
  ];
}

function lintFetch(domain: string, fetch: FetchAnswer | null): readonly LintFinding[] {
  const host = `mta-sts.${domain}`;
  const finding = { where: 'policy-host', line: 0, severity: 'error' } as const;
  if (fetch === null) {
    const says = `${host} has no address that senders can connect to`;
    return [
      { ...finding, code: 'policy-host-missing', says, why: 'Senders fetch the policy from that very name.' },
    ];
  }
  const read = readFetch(fetch);
  if (read.kind === 'policy' || read.failure === 'policy-invalid') return [];
  const says = `the policy cannot be fetched from ${host}: ${fetchFailureInWords(read)}`;
  if (read.failure === 'policy-host-certificate') {
    const why = 'A policy that anybody could have served would be worthless (RFC 8461, Section 3.3).';
    return [{ ...finding, code: 'policy-host-certificate', says, why }];
  }
  if (fetch.kind === 'failed' && fetch.cause === 'too-large')
    return [{ ...finding, code: 'too-long', says, why: 'Senders stop reading there (Section 3.3).' }];
  if (fetch.kind === 'failed') return [unseen('policy-host', 'policy-unknown', says)];
  if (fetch.status !== 200) {
    const why =
      'Status 200 is the only one that brings a policy, and redirections are not followed (Section 3.3).';
    return [{ ...finding, code: 'policy-status', says, why }];
  }
  return [
    {
      ...finding,
      code: 'content-type',
      says: `${host} serves the policy ${mediaTypeInWords(fetch.mediaType)}, and not as text/plain`,
      why: 'A web server that serves anything else may be serving the files of its users (Section 3.2).',
    },
  ];
}

/** How a file was served, in words: `as "text/html"`. */
export function mediaTypeInWords(mediaType: string): string {
  return mediaType === '' ? 'without a media type' : `as ${cited(mediaType)}`;
}

function lintHosts(domain: string, policy: StsPolicy, mx: MxAnswer): readonly LintFinding[] {
  if (policy.mode === 'none') return [];
  const { verdict } = judgeMx(mx);
  if (verdict === 'unknown' || mx.kind === 'failed')
    return [unseen('mx', 'mx-unknown', `the MX records of ${domain} could not be looked up`)];
  if (verdict === 'no-mail-accepted') return [];
  const hosts = verdict === 'try-domain' ? [domain] : candidatesOf(mx.records, []).map(({ host }) => host);
  const isListed = listerOf(policy.mx);
  const unlisted = hosts.filter((host) => !isListed(host)).slice(0, NAMES_MAX);
  const unused = idlePatterns(policy.mx, hosts).slice(0, NAMES_MAX);
  return [
    ...unlisted.map((host) => ({
      code: 'mx-not-listed',
      severity: policy.mode === 'enforce' ? ('error' as const) : ('warning' as const),
      where: 'mx' as const,
      line: 0,
      says: `${host} is an MX host, and the policy does not list it`,
      why: 'Senders that keep to the policy never connect to it (Section 4.1).',
    })),
    ...unused.map((pattern) => ({
      code: 'mx-unused',
      severity: 'warning' as const,
      where: 'mx' as const,
      line: 0,
      says: `the pattern ${pattern} matches no MX host`,
      why: 'It may be left over, and whoever gets hold of such a name could pose as your mail host.',
    })),
  ];
}

function unseen(where: LintFinding['where'], code: string, says: string): LintFinding {
  return {
    code,
    severity: 'unknown',
    where,
    line: 0,
    says,
    why: 'Senders who see the same cannot learn the policy.',
  };
}
