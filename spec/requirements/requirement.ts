import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';

/*
 * The requirement catalogue: every normative statement in scope, in our own words, one object each.
 *
 * Whether a requirement is met is never written down here. It follows from the tests: a requirement that a test
 * declares to show is met (evidence.ts), and any other has the status that it gives itself under `otherwise`. So "met"
 * cannot be claimed without a test, and it goes away together with the last test that shows the requirement.
 */
export interface Requirement {
  readonly id: RequirementId;
  /** The RFC's number; `IANA` for a registry, `CROSS` for what follows from several texts, `choice` for our own. */
  readonly rfc: string;
  readonly section: string;
  readonly level: Level;
  readonly side: Side;
  readonly area: Area;
  /** What is required, in our own words. */
  readonly text: string;
  /** How a test sees it. */
  readonly observation: string;
  /** `derived`: follows from the texts without standing in one of them. */
  readonly confidence: 'high' | 'medium' | 'derived';
  readonly otherwise: Otherwise;
}

/** `INFO`: a statement of fact or a recommendation without a keyword of RFC 2119. */
export type Level = 'MUST' | 'SHOULD' | 'MAY' | 'INFO';

/** Who has to comply: we, or the owner of a domain whose records and servers we can look at. */
export type Side = 'sender' | 'publisher';

export const AREAS = [
  'dns',
  'dane',
  'fetch',
  'policy-cache',
  'mx-match',
  'tls',
  'requiretls',
  'smtp-client',
  'auth',
  'queue',
  'dsn',
  'tlsrpt-collect',
  'tlsrpt-send',
] as const;

export type Area = (typeof AREAS)[number];

/** The stages of the project, in order. */
export const MILESTONES = [
  'dns-and-dane',
  'mta-sts-and-tls-reporting',
  'queue-and-bounces',
  'transports',
  'audit',
  'host-adapters',
] as const;

/** `transports` are relays, submission and AUTH; `audit` looks at a domain over time. */
export type Milestone = (typeof MILESTONES)[number];

export interface Met {
  readonly kind: 'met';
}

export interface Planned {
  readonly kind: 'planned';
  readonly milestone: Milestone;
}

/** Deliberately not done. */
export interface Exception {
  readonly kind: 'exception';
  readonly reason: string;
}

/** Somebody else's to do, where neither a sender nor a check of a domain can see it. */
export interface NotOurs {
  readonly kind: 'not-ours';
  readonly reason: string;
}

/** The status of a requirement that no test shows. */
export type Otherwise = Planned | Exception | NotOurs;

export type Status = Met | Otherwise;

export const met: Met = { kind: 'met' };

export const planned = (milestone: Milestone): Planned => ({ kind: 'planned', milestone });

export const exception = (reason: string): Exception => ({ kind: 'exception', reason });

export const notOurs = (reason: string): NotOurs => ({ kind: 'not-ours', reason });
