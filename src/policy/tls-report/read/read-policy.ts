/* One entry of "policies" (RFC 8460, Section 4.4). */

import type { Steps } from '../../kernel/steps.js';
import { resultTypeOf } from './advice.js';
import type { DeviationList } from './deviations.js';
import { type Json, type JsonObject, pathOf } from './json.js';
import { isObject, Members } from './members.js';
import type { ReceivedDetail, ReceivedPolicy, ReceivedPolicyType } from './received-report.js';

const NOTHING: JsonObject = new Map();
const POLICY_TYPES: readonly string[] = ['tlsa', 'sts', 'no-policy-found'] satisfies ReceivedPolicyType[];

/** Details between which there may be a pause. */
const PAUSE_DETAILS = 256;

/** Reads an entry, with at most so many details, in steps. */
export function* readPolicy(
  entry: JsonObject,
  path: string,
  deviations: DeviationList,
  detailsMax: number,
): Steps<ReceivedPolicy> {
  const members = new Members(entry, path, deviations);
  const policy = partOf(members, 'policy');
  const policyTypeText = policy.text('policy-type', 'required');
  const word = policyTypeText.trim().toLowerCase();
  const policyType = POLICY_TYPES.includes(word) ? (word as ReceivedPolicyType) : 'other';
  if (policyTypeText !== '' && policyType !== policyTypeText)
    deviations.add('unknown-policy-type', policy.place('policy-type'), policyTypeText);
  const policyString = policy.texts('policy-string', 'optional');
  const policyDomain = policy.name('policy-domain', 'required');
  const mxHost = policy
    .texts('mx-host', 'optional', ['mx-host-pattern'])
    .map((text, at) => policy.checkedName(text.trim(), pathOf(policy.place('mx-host'), at)));
  policy.finish();
  const summary = partOf(members, 'summary');
  const success = summary.count('total-successful-session-count') ?? 0;
  const failures = summary.count('total-failure-session-count');
  summary.finish();
  const told = yield* readDetails(members, detailsMax);
  members.finish();
  const failure = failures ?? atLeast(told);
  const details = withCounts(told, failure);
  checkCounts({ success, failure }, details, members);
  return {
    policyType,
    policyTypeText,
    policyDomain,
    policyString,
    mxHost,
    success,
    failure,
    details,
  };
}

/** An object among the members; an empty one where it is missing, so that each thing in it is noted as missing, too. */
function partOf(members: Members, name: string): Members {
  const value = members.take(name, 'required');
  if (value !== undefined && !isObject(value)) members.deviations.add('wrong-type', members.place(name));
  return new Members(isObject(value) ? value : NOTHING, members.place(name), members.deviations);
}

/** A detail as it was told: its count may be missing. */
type ToldDetail = Omit<ReceivedDetail, 'failedSessionCount'> & { readonly failedSessionCount: number | null };

function* readDetails(members: Members, detailsMax: number): Steps<readonly ToldDetail[]> {
  const value = members.take('failure-details', 'optional');
  if (value === undefined) return [];
  const place = members.place('failure-details');
  if (isObject(value)) {
    members.deviations.add('wrong-type', place);
    return [readDetail(new Members(value, place, members.deviations))];
  }
  if (!Array.isArray(value)) {
    members.deviations.add('wrong-type', place, value);
    return [];
  }
  if (value.length > detailsMax) members.deviations.add('too-many-values', place, value.length);
  const details: ToldDetail[] = [];
  for (const [at, each] of value.slice(0, detailsMax).entries() as Iterable<[number, Json]>) {
    if (at % PAUSE_DETAILS === 0) yield;
    if (isObject(each)) details.push(readDetail(new Members(each, pathOf(place, at), members.deviations)));
    else members.deviations.add('wrong-type', pathOf(place, at), each);
  }
  return details;
}

function readDetail(members: Members): ToldDetail {
  const resultTypeText = members.text('result-type', 'required');
  const resultType = resultTypeOf(resultTypeText.trim().toLowerCase());
  if (resultTypeText !== '' && resultType !== resultTypeText)
    members.deviations.add('unknown-result-type', members.place('result-type'), resultTypeText);
  const detail = {
    resultType,
    resultTypeText,
    sendingMtaIp: members.address('sending-mta-ip'),
    receivingMxHostname: members.name('receiving-mx-hostname', 'optional', ['receiving-mx-host-name']),
    receivingMxHelo: members.text('receiving-mx-helo', 'optional'),
    receivingIp: members.address('receiving-ip'),
    failedSessionCount: members.count('failed-session-count'),
    additionalInformation: members.text('additional-information', 'optional', ['additional-info-uri']),
    failureReasonCode: members.text('failure-reason-code', 'optional'),
  };
  members.finish();
  return detail;
}

/** Where a total is missing: no type can be met with in more sessions than failed, so it is at least the greatest count. */
function atLeast(details: readonly ToldDetail[]): number {
  return details.reduce((most, { failedSessionCount }) => Math.max(most, failedSessionCount ?? 0), 0);
}

/** Where one count alone is missing, it is of the failures that the others leave; of several nothing follows. */
function withCounts(details: readonly ToldDetail[], failure: number): readonly ReceivedDetail[] {
  const missing = details.filter(({ failedSessionCount }) => failedSessionCount === null).length;
  const others = details.reduce((sum, { failedSessionCount }) => sum + (failedSessionCount ?? 0), 0);
  const rest = missing === 1 ? Math.max(0, failure - others) : 0;
  return details.map((detail) => ({ ...detail, failedSessionCount: detail.failedSessionCount ?? rest }));
}

/**
 * Failures overlap, so the details may come to more than the failed sessions (RFC 8460, Section 4), and a session that passed
 * may match a type, too: records that nobody can use fail no session. But every failure is of some type, and no type can be
 * met with in more sessions than there were.
 */
function checkCounts(
  { success, failure }: { readonly success: number; readonly failure: number },
  details: readonly ReceivedDetail[],
  members: Members,
): void {
  const counts = details.map(({ failedSessionCount }) => failedSessionCount);
  const explained = counts.reduce((sum, count) => sum + count, 0);
  if (explained >= failure && counts.every((count) => count <= success + failure)) return;
  members.deviations.add(
    'counts-disagree',
    pathOf(members.place('summary'), 'total-failure-session-count'),
    failure,
  );
}
