/* One entry of "policies" (RFC 8460, Section 4.4). */
import { resultTypeOf } from './advice.js';
import type { DeviationList } from './deviations.js';
import { type Json, type JsonObject, pathOf } from './json.js';
import { isObject, Members } from './members.js';
import type { ReceivedDetail, ReceivedPolicy, ReceivedPolicyType } from './received-report.js';

const NOTHING: JsonObject = new Map();
const POLICY_TYPES: readonly string[] = ['tlsa', 'sts', 'no-policy-found'] satisfies ReceivedPolicyType[];

/** Reads an entry, with at most so many details. */
export function readPolicy(entry: JsonObject, path: string, deviations: DeviationList, detailsMax: number) {
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
  const success = summary.count('total-successful-session-count');
  const failure = summary.count('total-failure-session-count');
  summary.finish();
  const details = readDetails(members, detailsMax);
  members.finish();
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
  } satisfies ReceivedPolicy;
}

/** An object among the members; an empty one where it is missing, so that each thing in it is noted as missing, too. */
function partOf(members: Members, name: string): Members {
  const value = members.take(name, 'required');
  if (value !== undefined && !isObject(value)) members.deviations.add('wrong-type', members.place(name));
  return new Members(isObject(value) ? value : NOTHING, members.place(name), members.deviations);
}

function readDetails(members: Members, detailsMax: number): readonly ReceivedDetail[] {
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
  return value.slice(0, detailsMax).flatMap((each: Json, at) => {
    if (isObject(each)) return [readDetail(new Members(each, pathOf(place, at), members.deviations))];
    members.deviations.add('wrong-type', pathOf(place, at), each);
    return [];
  });
}

function readDetail(members: Members): ReceivedDetail {
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
