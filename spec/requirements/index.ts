import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';
import { auth } from './auth.js';
import { choices } from './choices.js';
import { dane } from './dane.js';
import { dns } from './dns.js';
import { dsn } from './dsn.js';
import { fetch } from './fetch.js';
import { mxMatch } from './mx-match.js';
import { policyCache } from './policy-cache.js';
import { queue } from './queue.js';
import type { Requirement } from './requirement.js';
import { requiretls } from './requiretls.js';
import { smtpClient } from './smtp-client.js';
import { tls } from './tls.js';
import { tlsrptCollect } from './tlsrpt-collect.js';
import { tlsrptSend } from './tlsrpt-send.js';

/** The whole catalogue. */
export const requirements: readonly Requirement[] = [
  ...choices,
  ...dns,
  ...dane,
  ...fetch,
  ...policyCache,
  ...mxMatch,
  ...tls,
  ...requiretls,
  ...smtpClient,
  ...auth,
  ...queue,
  ...dsn,
  ...tlsrptCollect,
  ...tlsrptSend,
];

export const requirementById: ReadonlyMap<RequirementId, Requirement> = new Map(
  requirements.map((requirement) => [requirement.id, requirement]),
);
