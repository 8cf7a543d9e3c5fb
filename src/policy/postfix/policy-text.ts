/*
 * The policy as Postfix reads it. Nothing that somebody else wrote is copied: names were parsed as names, and the lines of a policy
 * file are written anew from what was understood of it, so that no file can bring an attribute of its own.
 */
import type { StsPolicy } from '../mta-sts/policy.js';
import { listsHost } from '../names/match.js';
import type { NextHopPolicy } from './next-hop-policy.js';

/** What Postfix takes in one answer is 100,000 octets. */
const TEXT_LENGTH_MAX = 65_536;
const NAME = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]{0,252})$/;

/** Level and attributes; null where there is no policy to tell. */
export function policyText(policy: NextHopPolicy): string | null {
  const { verdict: level } = policy.level;
  switch (level) {
    case 'none':
    case 'wait':
      return null;
    case 'encrypt':
    case 'dane':
    case 'dane-only':
      return level;
    case 'secure':
    case 'secure-all':
      return secureText(policy);
  }
}

/** A name that is none would leave nothing to match, and nobody may pass then. */
function secureText(policy: NextHopPolicy): string | null {
  const { attributes, names } = policy;
  const known = names.filter((name) => NAME.test(name));
  if (known.length === 0) return null;
  const match = `secure match=${known.join(':')}`;
  switch (attributes.verdict) {
    case 'bare':
      return null;
    case 'match':
      return match;
    case 'match-and-name':
      return `${match} servername=hostname`;
    case 'match-name-and-report': {
      const text = [match, 'servername=hostname', ...reportAttributes(policy)].join(' ');
      return text.length > TEXT_LENGTH_MAX ? `${match} servername=hostname` : text;
    }
  }
}

/** Postfix 3.10 and later: for TLS reports, and, from 3.10.5 on, to leave hosts alone that no pattern lists. */
function reportAttributes({ enforced, policyDomain, names, hosts }: NextHopPolicy): readonly string[] {
  if (enforced === null || policyDomain === null) return [];
  const closed = hosts.some(
    ({ host }) => !names.includes(host) && enforced.mx.some((pattern) => listsHost(pattern, host)),
  );
  const patterns = (closed ? names : enforced.mx).filter((pattern) => NAME.test(pattern));
  return [
    'policy_type=sts',
    `policy_domain=${policyDomain}`,
    ...linesOf(enforced).map((line) => `{ policy_string = ${line} }`),
    ...patterns.map((pattern) => `mx_host_pattern=${pattern}`),
  ];
}

function linesOf({ mode, mx, maxAgeSeconds }: StsPolicy): readonly string[] {
  return [
    'version: STSv1',
    `mode: ${mode}`,
    ...mx.filter((pattern) => NAME.test(pattern)).map((pattern) => `mx: ${pattern}`),
    `max_age: ${maxAgeSeconds}`,
  ];
}
