/*
 * OpenSSL has a verifier for DANE of its own, written by an author of RFC 7671. Hundreds of random servers, good and bad,
 * are shown to it and to us. DANE_SEED and DANE_CASES in the environment choose others, or more.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../property-tests/arbitraries/dice.js';
import { caseMaker, type DaneCase } from './dane-cases.js';
import { type Explained, explainedDifference } from './dane-differences.js';
import { bothVerdicts, type Verdicts } from './openssl-dane.js';

const SEED = Number(process.env.DANE_SEED ?? 20_261_122);
const CASES = Number(process.env.DANE_CASES ?? 600);
const AT_ONCE = 4;

interface Judged {
  readonly subject: DaneCase;
  readonly verdicts: Verdicts;
  readonly explained: Explained | null;
}

let judged: readonly Judged[];

beforeAll(async () => {
  const make = await caseMaker();
  const dice = new Dice(SEED);
  const cases: DaneCase[] = [];
  for (let number = 0; number < CASES; number += 1) cases.push(await make(dice, number));
  const done: Judged[] = [];
  const work = async () => {
    for (let subject = cases.shift(); subject !== undefined; subject = cases.shift()) {
      const verdicts = await bothVerdicts(subject);
      done.push({ subject, verdicts, explained: explainedDifference(subject, verdicts) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  judged = done;
  console.log(summary());
}, 300_000);

describe('OpenSSL and we', () => {
  it('say the same of every chain, or a text says who is right (TLSA-2.1.1-1, TLSA-2.1.2-1, TLSA-2.1.3-1, DOPS-5.2-4, DANE-3.1.2-2, DOPS-5.2.1-1)', () => {
    const unexplained = judged
      .filter(({ verdicts, explained }) => verdicts.ours !== verdicts.openssl && explained === null)
      .map(inWords);
    expect(unexplained, `DANE_SEED=${SEED} DANE_CASES=${CASES}`).toEqual([]);
  });

  it('have both seen what is good, what is bad, and what cannot be used', () => {
    for (const verdict of ['verified', 'refused', 'nothing-usable'] as const) {
      const agreed = judged.filter(
        ({ verdicts }) => verdicts.ours === verdict && verdicts.openssl === verdict,
      );
      expect(agreed.length, verdict).toBeGreaterThan(CASES / (verdict === 'nothing-usable' ? 60 : 6));
    }
  });

  it('agree on chains whose leaf alone matters, whatever is wrong with it (DANE-3.1.1-1, DANE-3.1.1-2, TLSA-2.1.1-2, DANE-3.2.1-1)', () => {
    const byLeaf = judged.filter(
      ({ subject, verdicts }) => subject.records[verdicts.record ?? -1]?.usage === 3,
    );
    expect(byLeaf.filter(({ subject }) => subject.faults.length > 0).length).toBeGreaterThan(CASES / 40);
    expect(byLeaf.filter(({ verdicts }) => verdicts.openssl !== 'verified').map(inWords)).toEqual([]);
  });

  it('agree on which records can be used at all (TLSA-4.1-3, DOPS-9-2, DANE-3.1.3-2)', () => {
    const differing = judged.filter(
      ({ verdicts }) => (verdicts.ours === 'nothing-usable') !== (verdicts.openssl === 'nothing-usable'),
    );
    expect(differing.map(inWords)).toEqual([]);
  });

  it('agree on an anchor that the server does not send, and that came in DNS (DOPS-5.2.2-1, DOPS-5.2.3-1)', () => {
    const fromDns = judged.filter(({ subject, verdicts }) => {
      const record = subject.records[verdicts.record ?? -1];
      if (record?.usage !== 2 || record.matching !== 0) return false;
      const content = (sent: DaneCase['sent'][number]) => (record.selector === 0 ? sent.der : sent.spki);
      return !subject.sent.some((sent) => content(sent).toString('hex') === record.data);
    });
    const agreed = fromDns.filter(({ verdicts }) => verdicts.openssl === 'verified');
    for (const selector of [0, 1]) {
      expect(
        agreed.filter(({ subject, verdicts }) => subject.records[verdicts.record!]!.selector === selector)
          .length,
        `selector ${selector}`,
      ).toBeGreaterThan(0);
    }
  });
});

function inWords({ subject, verdicts }: Judged): string {
  const faults = subject.faults.map(({ subject: whose, fault }) => `${whose} ${fault}`);
  const records = subject.records.map(
    ({ usage, selector, matching, of }) => `${usage} ${selector} ${matching} ${of}`,
  );
  return [
    `case ${subject.number}: ours ${verdicts.ours}, OpenSSL ${verdicts.openssl} (${verdicts.error ?? 'no error'})`,
    [...faults, ...subject.traits].join(', '),
    records.join(', '),
    subject.sent.map(({ subject: name }) => name).join(' < '),
  ].join('; ');
}

/** One line for each pair of verdicts and each reason for a difference. */
function summary(): string {
  const lines = judged.map(({ verdicts, explained }) => {
    const pair = `${verdicts.ours} by us, ${verdicts.openssl} by OpenSSL`;
    return verdicts.ours === verdicts.openssl
      ? pair
      : `${pair}: ${explained === null ? 'UNEXPLAINED' : `${explained.kind} ${explained.name}`}`;
  });
  const counts = [...new Set(lines)].sort().map((line) => `${count(lines, line)} ${line}`);
  return [`${judged.length} servers, DANE_SEED=${SEED}`, ...counts].join('\n');
}

function count(lines: readonly string[], wanted: string): number {
  return lines.filter((line) => line === wanted).length;
}
