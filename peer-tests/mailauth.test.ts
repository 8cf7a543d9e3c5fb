/*
 * Mailauth reads the same TXT records, policy files and MX names as we do: many written by hand, hundreds by chance.
 * STS_SEED and STS_CASES in the environment choose others, or more.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { listsHost, parseDnsName, readPolicyFile, readStsRecord } from '../src/policy/index.js';
import { askMailauth, type MailauthAnswer } from './mailauth.js';
import { MATCHING, stsCorpus } from './sts-corpus.js';
import {
  DIFFERENCES,
  type Explained,
  explainedPolicyDifference,
  explainedRecordDifference,
  type Readings,
} from './sts-differences.js';

const SEED = Number(process.env.STS_SEED ?? 20_261_122);
const CASES = Number(process.env.STS_CASES ?? 1000);

interface Judged<T> {
  readonly subject: T;
  readonly readings: Readings;
  readonly explained: Explained | null;
}

let records: readonly Judged<readonly string[]>[];
let policies: readonly Judged<string>[];

beforeAll(async () => {
  const corpus = stsCorpus(SEED, CASES);
  const ofRecords = await askMailauth(corpus.records.map((texts) => ({ kind: 'record', texts })));
  records = corpus.records.map((texts, at) => {
    const record = readStsRecord(texts);
    const ours = record.kind === 'found' ? record.id : '';
    const reason = record.kind === 'found' ? null : record.kind;
    const readings = { ours, reason, ...theirsOf(ofRecords[at]!) };
    return { subject: texts, readings, explained: explainedRecordDifference(texts, readings) };
  });
  const ofPolicies = await askMailauth(corpus.policies.map((text) => ({ kind: 'policy', text })));
  policies = corpus.policies.map((text, at) => {
    const file = readPolicyFile(text);
    const ours = file.kind === 'valid' ? inOneLine(file.policy) : '';
    const reason = file.kind === 'valid' ? null : file.problem;
    const readings = { ours, reason, ...theirsOf(ofPolicies[at]!) };
    return { subject: text, readings, explained: explainedPolicyDifference(text, readings) };
  });
  console.log(summary());
});

function theirsOf(answer: MailauthAnswer): Pick<Readings, 'theirs' | 'code'> {
  switch (answer.kind) {
    case 'record':
      return { theirs: answer.id, code: null };
    case 'policy':
      return {
        theirs: inOneLine({ ...answer, maxAgeSeconds: answer.maxAgeSeconds ?? Number.NaN }),
        code: null,
      };
    default:
      return { theirs: '', code: answer.kind === 'refused' ? answer.code : answer.kind };
  }
}

/** Who repeats a pattern says nothing new. */
function inOneLine(policy: {
  readonly mode: string;
  readonly mx: readonly string[];
  readonly maxAgeSeconds: number;
}): string {
  return `${policy.mode} ${[...new Set(policy.mx)].join(',')} ${policy.maxAgeSeconds}`;
}

describe('mailauth and we', () => {
  it('read the same id, or none, in every set of records, or a text says why not (STS-3.1-3, STS-3.1-4, STS-3.1-6, STS-3.1-7, STS-3.1-8, STS-3.1-9, STS-3.1-14)', () => {
    expect(unexplained(records)).toEqual([]);
  });

  it('read the same policy, or none, in every file, or a text says why not (STS-3.2-4, STS-3.2-5, STS-3.2-6, STS-3.2-7, STS-3.2-10, STS-3.2-11, STS-3.2-14, STS-3.2-15, STS-3.2-16)', () => {
    expect(unexplained(policies)).toEqual([]);
  });

  it('have both seen what is good and what is bad', () => {
    for (const judged of [records, policies]) {
      const agreed = judged.filter(({ readings }) => readings.ours === readings.theirs);
      const good = agreed.filter(({ readings }) => readings.ours !== '').length;
      expect(good).toBeGreaterThan(CASES / 10);
      expect(agreed.length - good).toBeGreaterThan(CASES / 10);
      expect(new Set(agreed.map(({ readings }) => readings.ours)).size).toBeGreaterThan(10);
    }
  });

  it('differ in all the ways that are explained, so that no explanation outlives its difference', () => {
    const seen = new Set([...records, ...policies].filter(differ).map(({ explained }) => explained?.name));
    expect(DIFFERENCES.filter((name) => !seen.has(name))).toEqual([]);
  });

  it('list the same hosts, whatever stands in front of a wildcard (STS-4.1-1, STS-4.1-2)', async () => {
    const pairs = MATCHING.patterns.flatMap((pattern) => MATCHING.hosts.map((host) => ({ pattern, host })));
    const theirs = await askMailauth(
      pairs.map(({ pattern, host }) => ({ kind: 'listed', mx: [pattern], host })),
    );
    const ours = pairs.map(({ pattern, host }) =>
      listsHost(pattern, parseDnsName(host)!) ? 'listed' : 'not-listed',
    );
    const inWords = (verdicts: readonly string[]) =>
      pairs.map(({ pattern, host }, at) => `${host} by ${pattern}: ${verdicts[at]}`);
    expect(inWords(ours)).toEqual(inWords(theirs.map(({ kind }) => kind)));
    expect(ours.filter((verdict) => verdict === 'listed').length).toBeGreaterThan(10);
  });
});

function differ({ readings }: Judged<unknown>): boolean {
  return readings.ours !== readings.theirs;
}

function unexplained(judged: readonly Judged<unknown>[]): readonly string[] {
  return judged
    .filter((each) => differ(each) && each.explained === null)
    .map(
      ({ subject, readings }) => `${JSON.stringify(subject)} STS_SEED=${SEED}: ${JSON.stringify(readings)}`,
    );
}

/** One line for each sort of question and each reason for a difference. */
function summary(): string {
  const lines = [
    ...records.map((each) => `of records: ${judgementOf(each)}`),
    ...policies.map((each) => `of policies: ${judgementOf(each)}`),
  ];
  const counts = [...new Set(lines)]
    .sort()
    .map((line) => `${lines.filter((each) => each === line).length} ${line}`);
  return [`mailauth and we, STS_SEED=${SEED} STS_CASES=${CASES}`, ...counts].join('\n');
}

function judgementOf(judged: Judged<unknown>): string {
  const { readings, explained } = judged;
  if (!differ(judged)) return readings.ours === '' ? 'both refuse' : 'both accept';
  if (explained === null) return 'UNEXPLAINED';
  return `${explained.name} (right: ${explained.right})`;
}
