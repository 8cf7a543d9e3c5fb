import { auth } from './auth.js';
import { dane } from './dane.js';
import { dns } from './dns.js';
import { mtaSts } from './mta-sts.js';
import { queue } from './queue.js';
import { smtp } from './smtp.js';
import { tls } from './tls.js';
import { tlsReports } from './tls-reports.js';
import type { Violations } from './violation.js';

/** All violations. */
export const violations: Violations = {
  ...dns,
  ...dane,
  ...mtaSts,
  ...tls,
  ...smtp,
  ...auth,
  ...queue,
  ...tlsReports,
};
