/*
 * Tables that no attempt asks, and that the reference has read as well: each input of each of them, and both say the same.
 */
import * as reference from '../../spec/reference/beside.js';
import * as queue from '../../spec/reference/queue.js';
import * as relay from '../../spec/reference/relay.js';
import { daneFinding } from '../../src/policy/check/session.tables.js';
import { tlsaWorth } from '../../src/policy/check/tlsa-worth.table.js';
import { notice, noticeContent, noticeForm } from '../../src/policy/dsn/notice.tables.js';
import { lastLook } from '../../src/policy/mta-sts/last-look.table.js';
import { policyMerge, policyRoom } from '../../src/policy/mta-sts/policy-merge.table.js';
import { policyRefresh } from '../../src/policy/mta-sts/refresh-plan.table.js';
import { postfixHostNeed } from '../../src/policy/postfix/host-need.table.js';
import { postfixAttributes } from '../../src/policy/postfix/policy-attributes.table.js';
import { postfixLevel } from '../../src/policy/postfix/policy-level.table.js';
import { hostRoom } from '../../src/policy/queue/host-room.table.js';
import { laneHealth } from '../../src/policy/queue/lane-health.table.js';
import { beginTurn, delayNotice, messageOutcome, retryWait } from '../../src/policy/queue/message.tables.js';
import { operatorOrder } from '../../src/policy/queue/operator-order.table.js';
import { routeMatch, transportChoice } from '../../src/policy/relay/transport-choice.table.js';
import { requireTlsReadiness } from '../../src/policy/signals/requiretls-readiness.table.js';
import { reportClaim } from '../../src/policy/tls-report/report-claim.table.js';
import { endpointOutcome } from '../../src/policy/tls-report/send/endpoint-outcome.table.js';
import { type Comparison, comparison } from './tables.js';

/** Each table with its comparison. */
export const besideComparisons: readonly Comparison[] = [
  comparison(lastLook, reference.afterLastLook),
  comparison(policyRefresh, reference.refreshOf),
  comparison(policyMerge, reference.mergedPolicy),
  comparison(policyRoom, reference.roomInStore),
  comparison(reportClaim, reference.claimOn),
  comparison(endpointOutcome, ({ answer }) => reference.endpointSays(answer)),
  comparison(tlsaWorth, reference.worthOfTlsa),
  comparison(daneFinding, reference.recordsAgainstChain),
  comparison(postfixHostNeed, reference.needForPostfix),
  comparison(postfixLevel, reference.levelForPostfix),
  comparison(postfixAttributes, reference.attributesForPostfix),
  comparison(beginTurn, queue.firstStep),
  comparison(messageOutcome, queue.afterAttempt),
  comparison(retryWait, ({ reason }) => queue.waitFor(reason)),
  comparison(delayNotice, queue.tellsDelay),
  comparison(laneHealth, queue.wayAfter),
  comparison(hostRoom, queue.roomAtHost),
  comparison(operatorOrder, queue.ordered),
  comparison(requireTlsReadiness, reference.readyForRequireTls),
  comparison(routeMatch, relay.routeSpeaks),
  comparison(transportChoice, relay.wayOfMail),
  comparison(notice, queue.tellsSender),
  comparison(noticeContent, queue.givesBack),
  comparison(noticeForm, queue.writtenIn),
];
