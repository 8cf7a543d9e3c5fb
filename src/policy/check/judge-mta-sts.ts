/*
 * MTA-STS as senders meet it: record, policy host, file, and the file beside the MX records. What is wrong with a record or a file
 * by itself says the lint, here as everywhere; each of the four is judged whatever the others came to.
 */
import { causeInWords } from '../dns/cause-words.js';
import { fetchFailureInWords } from '../mta-sts/fetch-words.js';
import { mediaTypeInWords } from '../mta-sts/lint.js';
import { lintPolicyFile, MAX_AGE_SECONDS_MIN } from '../mta-sts/lint-file.js';
import type { LintFinding } from '../mta-sts/lint-finding.js';
import { isNearRecord, lintStsRecord } from '../mta-sts/lint-record.js';
import type { StsPolicy } from '../mta-sts/policy.js';
import { isMxPattern, linesOfPolicy, printPolicyFile } from '../mta-sts/policy-file.js';
import { printStsRecord, readStsRecord, stsRecordsIn } from '../mta-sts/record.js';
import { idlePatterns, listerOf } from '../names/match.js';
import type { Case, Finding } from './finding.js';
import { raiseSts } from './findings.js';
import type { Survey } from './survey.js';
import { quoted, spanOf } from './wording.js';

const EXAMPLE_ID = '1';
/** As many patterns as are named one by one. */
const PATTERNS_MAX = 20;

/** Whether senders that know MTA-STS find a policy, and whether the domain keeps it. */
export function judgeMtaSts(survey: Survey): readonly Finding[] {
  if (!isMeant(survey)) return judgeAbsence(survey);
  const { fetched } = survey;
  return [
    ...judgeRecord(survey),
    ...judgeFetch(survey),
    ...judgeFile(survey),
    ...(fetched?.kind === 'policy' ? judgePolicy(survey, fetched.policy) : []),
  ];
}

/** Whether the owner has begun with MTA-STS: a record, something like one, or a file that is something like a policy. */
function isMeant({ facts, fetched }: Survey): boolean {
  const { record, fetch } = facts.sts;
  if (record.kind === 'failed' || record.records.some(isNearRecord)) return true;
  if (readStsRecord(record.records).kind !== 'absent' || fetched?.kind === 'policy') return true;
  // A web server that takes any name may answer with any text.
  const isText = fetched?.kind === 'failed' && fetched.failure === 'policy-invalid';
  return (
    isText && fetch?.kind === 'response' && /^[ \t]*(?:version|mode|mx|max_age)[ \t]*:/im.test(fetch.body)
  );
}

function judgeAbsence(survey: Survey): readonly Finding[] {
  const { facts, hosts } = survey;
  const values = { domain: facts.domain };
  const policy = examplePolicy(survey);
  const publish = policy === null ? null : `${stsLine(facts.domain)}\n\n${policy}`;
  const isDane = hosts.some(({ dane }) => dane.kind === 'present');
  return [
    raiseSts('sts-missing', { values, publish }),
    ...judgeUnlistable(survey),
    ...(isDane ? [raiseSts('dane-without-sts', { values })] : []),
  ];
}

function stsLine(domain: string): string {
  return `_mta-sts.${domain}. IN TXT "${printStsRecord(EXAMPLE_ID)}"`;
}

/** Every MX host, those too that were not visited. */
function namesOf({ facts }: Survey): readonly string[] {
  return [...facts.hosts.map(({ host }) => host), ...facts.hostsLeftOut];
}

/** A policy to begin with: it lists what is there, and stops nothing. Null: there is nothing that a policy can list. */
function examplePolicy(survey: Survey): string | null {
  const mx = namesOf(survey).filter(isMxPattern);
  if (mx.length === 0) return null;
  return printPolicyFile({ mode: 'testing', mx, maxAgeSeconds: MAX_AGE_SECONDS_MIN }).trimEnd();
}

/** Names that DNS takes and a policy file does not, with underscores. */
function judgeUnlistable(survey: Survey): readonly Finding[] {
  return namesOf(survey)
    .filter((host) => !isMxPattern(host))
    .map((host) => raiseSts('sts-host-unlistable', { host }));
}

function judgeRecord({ facts }: Survey): readonly Finding[] {
  const { domain } = facts;
  const { record, policyHost } = facts.sts;
  if (record.kind === 'failed') {
    const id = record.cause === 'bogus' ? 'sts-record-bogus' : 'sts-record-unknown';
    return [raiseSts(id, { values: { domain, cause: causeInWords(record) } })];
  }
  const text = stsRecordsIn(record.records)[0] ?? record.records.find(isNearRecord) ?? '';
  return lintStsRecord(record.records).map(({ code, severity, says, why }) => {
    const values = { domain, policyHost, record: quoted(text), reason: says, clause: why };
    if (severity !== 'error') return raiseSts('sts-record-remark', { values });
    switch (code) {
      case 'record-missing':
        return raiseSts('sts-record-missing', { values, publish: stsLine(domain) });
      case 'record-several':
        return raiseSts('sts-record-several', { values });
      case 'record-not-ascii':
        return raiseSts('sts-record-not-ascii', { values, publish: `"${printStsRecord(EXAMPLE_ID)}"` });
      default:
        return raiseSts('sts-record-invalid', { values, publish: `"${printStsRecord(EXAMPLE_ID)}"` });
    }
  });
}

function judgeFetch(survey: Survey): readonly Finding[] {
  const { policyHost, addresses, fetch } = survey.facts.sts;
  const { fetched } = survey;
  if (fetch === null || fetched === null) return [judgeAddresses(survey)];
  if (fetched.kind === 'policy' || fetched.failure === 'policy-invalid') return [];
  const values = { policyHost, reason: fetchFailureInWords(fetched) };
  if (fetched.failure === 'policy-host-certificate') {
    const target = [addresses.a, addresses.aaaa]
      .flatMap((answer) => (answer.kind === 'failed' ? [] : answer.aliases))
      .at(-1);
    return target === undefined
      ? [raiseSts('sts-host-certificate', { values })]
      : [raiseSts('sts-delegated-certificate', { values: { ...values, target } })];
  }
  if (fetch.kind === 'response') {
    if (fetch.status !== 200) return [raiseSts('sts-fetch-fails', { values })];
    const reason = `it is served ${mediaTypeInWords(fetch.mediaType)}, and not as text/plain`;
    return [raiseSts('sts-fetch-fails', { values: { policyHost, reason } })];
  }
  const ids = {
    connect: 'sts-fetch-unreachable',
    timeout: 'sts-fetch-slow',
    'too-large': 'sts-fetch-large',
  } as const;
  const id = fetch.cause in ids ? ids[fetch.cause as keyof typeof ids] : 'sts-fetch-fails';
  return [raiseSts(id, { values })];
}

function judgeAddresses({ facts }: Survey): Finding {
  const { policyHost, addresses } = facts.sts;
  const answers = [addresses.a, addresses.aaaa];
  const values = { policyHost };
  if (answers.some((answer) => answer.kind !== 'failed' && answer.records.length > 0))
    return raiseSts('sts-host-private', { values });
  const failure = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer] : []))[0];
  if (failure === undefined) return raiseSts('sts-host-missing', { values });
  return raiseSts('sts-host-unknown', { values: { ...values, cause: causeInWords(failure) } });
}

/** What the lint says of the file. */
function judgeFile(survey: Survey): readonly Finding[] {
  const { fetch } = survey.facts.sts;
  const { fetched } = survey;
  if (fetch?.kind !== 'response' || fetched === null) return [];
  if (fetched.kind === 'failed' && fetched.failure !== 'policy-invalid') return [];
  const policy = examplePolicy(survey);
  const lines = linesOfPolicy(fetch.body);
  const findings = lintPolicyFile(fetch.body).map((finding) =>
    raiseSts(findingOf(finding, fetched.kind), {
      values: valuesOf(finding, lines),
      publish: finding.severity === 'error' ? policy : null,
    }),
  );
  return fetched.kind === 'failed' ? [...findings, ...judgeUnlistable(survey)] : findings;
}

function findingOf({ code, detail, severity }: LintFinding, read: 'policy' | 'failed') {
  if (detail === 'u-label') return 'sts-policy-mx-u-label';
  if (detail === 'several-hosts') return 'sts-policy-mx-list';
  if (code === 'max-age-short') return 'sts-max-age-short';
  if (code === 'max-age-long') return 'sts-max-age-long';
  if (severity !== 'error') return 'sts-policy-remark';
  return read === 'policy' ? 'sts-policy-line' : 'sts-policy-invalid';
}

function valuesOf({ line, says, why }: LintFinding, lines: readonly string[]) {
  const text = lines[line - 1] ?? '';
  const seconds = Number(/^max_age:[ \t]*([0-9]+)/.exec(text)?.[1] ?? 0);
  return {
    line,
    where: line === 0 ? 'as a whole' : `line ${line}`,
    text: quoted(text.trim()),
    reason: says,
    clause: why,
    seconds,
    days: spanOf(seconds),
  };
}

function judgePolicy(survey: Survey, policy: StsPolicy): readonly Finding[] {
  const { record } = survey.facts.sts;
  const read = record.kind === 'failed' ? null : readStsRecord(record.records);
  const id = read?.kind === 'found' ? read.id : null;
  if (policy.mode === 'none') return id === null ? [] : [raiseSts('sts-off')];
  const testing = policy.mode === 'testing' && id !== null ? [raiseSts('sts-testing')] : [];
  const names = namesOf(survey);
  if (names.length === 0) return [...testing, raiseSts('sts-hosts-unknown')];
  const isListed = listerOf(policy.mx);
  const unlisted = names.filter((host) => !isListed(host));
  const days = spanOf(policy.maxAgeSeconds);
  const unlistedId =
    id === null
      ? 'sts-host-not-listed-yet'
      : policy.mode === 'enforce'
        ? 'sts-host-not-listed'
        : 'sts-host-not-listed-in-testing';
  return [
    ...testing,
    ...(policy.mode === 'enforce' && unlisted.length === 0 && id !== null
      ? [raiseSts('sts-enforced', { values: { id, days } })]
      : []),
    ...unlisted.map((host) => raiseSts(unlistedId, toList(host))),
    ...judgePatterns(survey, policy),
  ];
}

/** What would have a policy list the host. */
function toList(host: string): Case {
  if (isMxPattern(host)) {
    const remedy = `Add the line "mx: ${host}" to the policy file, and change the id in the record.`;
    return { host, values: { remedy }, publish: `mx: ${host}` };
  }
  const remedy =
    'A policy cannot list this name (RFC 8461, Section 3.2): give the host one of letters, digits and hyphens, and list that.';
  return { host, values: { remedy } };
}

function judgePatterns(survey: Survey, policy: StsPolicy): readonly Finding[] {
  const { domain } = survey.facts;
  const broad = `*.${domain}`;
  return [
    ...idlePatterns(policy.mx, namesOf(survey))
      .slice(0, PATTERNS_MAX)
      .map((pattern) => raiseSts('sts-pattern-unused', { values: { pattern } })),
    ...(policy.mx.includes(broad)
      ? [raiseSts('sts-pattern-broad', { values: { pattern: broad, domain } })]
      : []),
  ];
}
