import type { StsPolicy } from '../mta-sts/policy.js';
import {
  isMxPattern,
  MAX_AGE_SECONDS_MAX,
  type PolicyProblem,
  printPolicyFile,
  readPolicyFile,
} from '../mta-sts/policy-file.js';
import { printStsRecord, readStsRecord, type StsRecord } from '../mta-sts/record.js';
import { isAscii } from '../names/mailbox.js';
import { listsHost } from '../names/match.js';
import type { Case, Finding } from './finding.js';
import { raiseSts } from './findings.js';
import { causeOf, type Survey } from './survey.js';
import { quoted, spanOf } from './wording.js';

/** Below this a policy is hardly worth caching (RFC 8461, Section 3.2 expects weeks). */
export const MAX_AGE_SECONDS_MIN = 604_800;
const EXAMPLE_ID = '1';

/** Whether senders that know MTA-STS find a policy, and whether the domain keeps it. */
export function judgeMtaSts(survey: Survey): readonly Finding[] {
  const { record } = survey.facts.sts;
  const { domain } = survey.facts;
  if (record.kind === 'failed') {
    if (record.cause === 'bogus') return [raiseSts('sts-record-bogus', { values: { domain } })];
    return [raiseSts('sts-record-unknown', { values: { domain, cause: causeOf(record) } })];
  }
  const read = readStsRecord(record.records);
  if (read.kind === 'absent' && survey.fetched?.kind !== 'policy')
    return judgeAbsence(survey, record.records);
  return [
    ...judgeRecord(read, record.records, domain, survey.facts.sts.policyHost),
    ...judgeFetch(survey),
    ...(read.kind === 'found' && survey.policy !== null ? judgePolicy(survey, survey.policy, read.id) : []),
  ];
}

function judgeAbsence(survey: Survey, records: readonly string[]): readonly Finding[] {
  const { facts, hosts } = survey;
  const odd = records.find((text) => /^\s*["'\u201c]?v=sts/i.test(text));
  if (odd !== undefined) return [invalidRecord(odd, 'it does not begin with "v=STSv1;"')];
  const values = { domain: facts.domain };
  const policy = examplePolicy(survey);
  const publish = policy === null ? {} : { publish: `${stsLine(facts.domain)}\n\n${policy}` };
  const isDane = hosts.some(({ dane }) => dane.kind === 'present');
  return [
    raiseSts('sts-missing', { values, ...publish }),
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

function judgeRecord(
  read: StsRecord,
  records: readonly string[],
  domain: string,
  policyHost: string,
): readonly Finding[] {
  if (read.kind === 'found') return [];
  if (read.kind === 'absent')
    return [raiseSts('sts-record-missing', { values: { policyHost }, publish: stsLine(domain) })];
  if (read.reason === 'several-records') return [raiseSts('sts-record-several', { values: { domain } })];
  const text = records.find((each) => each.startsWith('v=STSv1;')) ?? '';
  const words = {
    syntax: 'a field is not of the form name=value',
    'no-id': 'there is no id',
    'bad-id': 'the id is not 1 to 32 letters and digits',
  }[read.reason];
  return [invalidRecord(text, words)];
}

function invalidRecord(text: string, reason: string): Finding {
  const values = { reason, record: quoted(text) };
  const publish = `"${printStsRecord(EXAMPLE_ID)}"`;
  return raiseSts(isAscii(text) ? 'sts-record-invalid' : 'sts-record-not-ascii', { values, publish });
}

function judgeFetch(survey: Survey): readonly Finding[] {
  const { policyHost, addresses, fetch } = survey.facts.sts;
  const { fetched } = survey;
  if (fetch === null || fetched === null) return [judgeAddresses(survey)];
  if (fetched.kind === 'policy') return [];
  const values = { policyHost, reason: fetched.reason };
  switch (fetched.failure) {
    case 'policy-host-certificate': {
      const target = [addresses.a, addresses.aaaa]
        .flatMap((answer) => (answer.kind === 'failed' ? [] : answer.aliases))
        .at(-1);
      return target === undefined
        ? [raiseSts('sts-host-certificate', { values })]
        : [raiseSts('sts-delegated-certificate', { values: { ...values, target } })];
    }
    case 'policy-fetch-failed':
      if (fetch.kind === 'failed' && fetch.cause === 'connect')
        return [raiseSts('sts-fetch-unreachable', { values })];
      if (fetch.kind === 'failed' && fetch.cause === 'timeout')
        return [raiseSts('sts-fetch-slow', { values })];
      if (fetch.kind === 'failed' && fetch.cause === 'too-large')
        return [raiseSts('sts-fetch-large', { values })];
      return [raiseSts('sts-fetch-fails', { values })];
    case 'policy-invalid':
      return fetch.kind === 'response' ? [judgeFile(survey, fetch.body), ...judgeUnlistable(survey)] : [];
  }
}

function judgeAddresses({ facts }: Survey): Finding {
  const { policyHost, addresses } = facts.sts;
  const answers = [addresses.a, addresses.aaaa];
  const values = { policyHost };
  if (answers.some((answer) => answer.kind !== 'failed' && answer.records.length > 0))
    return raiseSts('sts-host-private', { values });
  const failure = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer] : []))[0];
  if (failure === undefined) return raiseSts('sts-host-missing', { values });
  return raiseSts('sts-host-unknown', { values: { ...values, cause: causeOf(failure) } });
}

const PROBLEMS: Readonly<Record<PolicyProblem, string>> = {
  'too-long': 'it is too long',
  'too-many-lines': 'it has too many lines',
  'not-a-field': 'a line is not of the form "key: value"',
  'bad-version': 'the version is not STSv1',
  'bad-mode': 'the mode is not enforce, testing or none',
  'bad-max-age': 'max_age is not a whole number of seconds',
  'bad-mx': 'an mx is neither a host name nor "*." and one',
  'too-many-mx': 'it has too many mx lines',
  'no-version': 'there is no "version: STSv1"',
  'no-mode': 'there is no mode',
  'no-max-age': 'there is no max_age',
  'no-mx': 'there is no mx',
};

function judgeFile(survey: Survey, body: string): Finding {
  const file = readPolicyFile(body);
  const [problem, line] = file.kind === 'invalid' ? [file.problem, file.line] : (['not-a-field', 0] as const);
  const text = line === 0 ? '' : (body.split('\n')[line - 1] ?? '');
  const policy = examplePolicy(survey);
  const publish = policy === null ? {} : { publish: policy };
  const values = { line, text: quoted(text.trim()) };
  if (problem === 'bad-mx' && !isAscii(text))
    return raiseSts('sts-policy-mx-u-label', { values, ...publish });
  if (problem === 'bad-mx' && /[,;\s]\S/.test(text.slice(text.indexOf(':') + 1).trim()))
    return raiseSts('sts-policy-mx-list', { values, ...publish });
  const where = line === 0 ? '' : `, line ${line}`;
  return raiseSts('sts-policy-invalid', { values: { reason: PROBLEMS[problem], line: where }, ...publish });
}

function judgePolicy(survey: Survey, policy: StsPolicy, id: string): readonly Finding[] {
  if (policy.mode === 'none') return [raiseSts('sts-off')];
  const unlisted = namesOf(survey).filter((host) => !policy.mx.some((pattern) => listsHost(pattern, host)));
  const days = spanOf(policy.maxAgeSeconds);
  return [
    ...(policy.mode === 'testing' ? [raiseSts('sts-testing')] : []),
    ...(policy.mode === 'enforce' && unlisted.length === 0
      ? [raiseSts('sts-enforced', { values: { id, days } })]
      : []),
    ...unlisted.map((host) =>
      raiseSts(
        policy.mode === 'enforce' ? 'sts-host-not-listed' : 'sts-host-not-listed-in-testing',
        toList(host),
      ),
    ),
    ...judgeMaxAge(survey, policy, days),
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

function judgeMaxAge({ facts }: Survey, policy: StsPolicy, days: string): readonly Finding[] {
  const seconds = policy.maxAgeSeconds;
  if (policy.mode === 'enforce' && seconds < MAX_AGE_SECONDS_MIN)
    return [raiseSts('sts-max-age-short', { values: { seconds, days } })];
  const body = facts.sts.fetch?.kind === 'response' ? facts.sts.fetch.body : '';
  const written = Number(/^max_age:[ \t]*([0-9]{1,10})/m.exec(body)?.[1] ?? seconds);
  return written > MAX_AGE_SECONDS_MAX
    ? [raiseSts('sts-max-age-long', { values: { seconds: written } })]
    : [];
}

function judgePatterns(survey: Survey, policy: StsPolicy): readonly Finding[] {
  const { domain } = survey.facts;
  const names = namesOf(survey);
  return [...new Set(policy.mx)].flatMap((pattern) => {
    const unused = names.some((host) => listsHost(pattern, host))
      ? []
      : [raiseSts('sts-pattern-unused', { values: { pattern } })];
    const broad =
      pattern === `*.${domain}` ? [raiseSts('sts-pattern-broad', { values: { pattern, domain } })] : [];
    return [...unused, ...broad];
  });
}
