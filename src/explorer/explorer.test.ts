import { describe, expect, it } from 'vitest';
import { CHOICES } from './choices.js';
import { noticeFor } from './notice.js';
import { othersIn, othersOn } from './others.js';
import { doubtsOf, otherwise, pathOf, play, playedFrom } from './play.js';
import {
  changesOf,
  type Facts,
  parseFacts,
  parseQuestion,
  parseRecord,
  printFacts,
  printRecord,
  printShown,
  scenarioOf,
  USUAL,
  withChange,
} from './state.js';
import { STORIES } from './stories.js';

const at = (facts: Facts) => play(scenarioOf({ ...USUAL, ...facts }));

describe('the facts of the explorer', () => {
  it.each(STORIES)('$name: has words that there are, and an end that is explained', ({ facts }) => {
    expect(parseFacts(printFacts({ ...USUAL, ...facts }))).toEqual({ ...USUAL, ...facts });
    const { reports, journal } = at(facts);
    expect(reports).toHaveLength(1);
    expect(reports[0]!.because?.why).toBeTruthy();
    expect(pathOf(journal).length).toBeGreaterThan(1);
  });

  it('are told by an address, and what it says wrongly is passed over', () => {
    for (const change of changesOf(USUAL)) {
      const facts = withChange(USUAL, change);
      expect(parseFacts(printFacts(facts))).toEqual(facts);
    }
    expect(parseFacts('message=nonsense&__proto__=x&dnssec=all&&=')).toEqual({ ...USUAL, dnssec: 'all' });
  });

  it('are told together with the question that is looked at', () => {
    const facts = { ...USUAL, dnssec: 'all', profile: 'mox' };
    for (const question of [1, 2, 17]) {
      const address = printShown(facts, question);
      expect([parseFacts(address), parseQuestion(address)]).toEqual([facts, question]);
    }
    expect(printShown(USUAL, 1)).toBe('');
    for (const wrong of [
      'question=0',
      'question=-1',
      'question=x',
      'question=1e9',
      'question=',
      'aquestion=2',
    ])
      expect(parseQuestion(wrong), wrong).toBe(1);
  });

  it('are not told where a whole record is, and the question is', () => {
    const address = printRecord('abc-_9', 4);
    expect([parseRecord(address), parseQuestion(address)]).toEqual(['abc-_9', 4]);
    expect(parseRecord(printRecord('abc', 1))).toBe('abc');
    for (const facts of ['', 'dnssec=all', 'arecord=abc']) expect(parseRecord(facts), facts).toBeNull();
    expect(parseRecord('record=')).toBe('');
  });

  it('make another story with every word', () => {
    for (const { id, words } of CHOICES) {
      const told = words.map(({ word }) =>
        JSON.stringify({ ...scenarioOf({ ...USUAL, [id]: word }), name: '' }),
      );
      expect(new Set(told).size, id).toBe(words.length);
    }
  });

  it('never fault, whichever of them come together', () => {
    for (const first of changesOf(USUAL))
      for (const second of changesOf(withChange(USUAL, first)).filter((_, index) => index % 5 === 0)) {
        const facts = withChange(withChange(USUAL, first), second);
        expect(at(facts).reports[0]!.status, printFacts(facts)).not.toBe('4.3.0');
      }
  });
});

describe('what would have to be different', () => {
  it('is what makes the outcome another, and all of it', () => {
    const facts = { ...USUAL, dnssec: 'all', tlsa: 'stale' };
    const { outcome } = at(facts).reports[0]!;
    expect(outcome).toBe('deferred');
    const found = otherwise(facts, outcome);
    expect(found.map(({ choice, word }) => `${choice}=${word}`)).toEqual(
      expect.arrayContaining(['tlsa=key', 'tlsa=none', 'message=tls-optional', 'mx=two']),
    );
    for (const change of changesOf(facts)) {
      const isFound = found.some(({ choice, word }) => choice === change.choice && word === change.word);
      expect(at(withChange(facts, change)).reports[0]!.outcome !== outcome, change.says).toBe(isFound);
    }
  });
});

describe('a record', () => {
  const { journal, reports } = at({ dnssec: 'all', tlsa: 'stale' });
  const [attempt] = journal.attempts;
  const doubts = (changed: object) =>
    doubtsOf({ ...journal, attempts: [{ ...attempt!, ...changed }] }).join(' ');

  it('comes to what the engine made of it, without a doubt', () => {
    expect(playedFrom(journal).reports).toEqual(reports);
    expect(doubtsOf(journal)).toEqual([]);
  });

  it('that says something else is doubted', () => {
    const result = { ...attempt!.result!, mxSecurity: 'insecure' };
    expect(doubts({ result })).toBe('This engine decides it otherwise than is recorded.');
    expect(doubts({ entries: attempt!.entries.slice(0, 3) })).toMatch(/^It cannot be followed to its end: /);
  });
});

describe('what others would have made of it, and what the sender is told', () => {
  const facts = { ...USUAL, dnssec: 'all', tlsa: 'stale' };

  it('is shown for facts and for a record', () => {
    const [inWorld] = othersIn(scenarioOf(facts));
    expect(inWorld!.verdicts.map(({ mta, outcome }) => [mta, outcome])).toContainEqual(['maddy', 'bounced']);
    const [onRecord] = othersOn(at(facts).journal);
    expect(onRecord!.verdicts[0]!.outcome).toBe('deferred');
  });

  it('is the text of a notice, where one may be due', () => {
    const notice = (of: Facts) => noticeFor({ attempt: at(of).journal.attempts[0]!, at: 0 });
    expect(notice(facts)).toMatch(/Action: delayed\nStatus: 4\.7\.5/);
    expect(notice({ ...USUAL, reply: 'unknown-user' })).toMatch(/550 5\.1\.1 no such user/);
    expect(notice(USUAL)).toBeNull();
  });
});
