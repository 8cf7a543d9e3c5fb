import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TlsReportStore } from '../../src/effects/stores.js';
import { DAY_MS, detailOf, lineOf, NOW, type StartStores, type StoresSubject } from './stores.fixture.js';

const key = { day: '2026-01-01', domain: 'a.example' };
const all = { after: null, entriesMax: 100 };
const HOUR_MS = DAY_MS / 24;

/** Holds a store of tallies to its contract. */
export function tlsReportStoreContract(name: string, start: StartStores): void {
  describe(`a store of TLS report tallies: ${name}`, () => {
    let subject: StoresSubject;
    let reports: TlsReportStore;
    beforeEach(async () => {
      subject = await start({ domainsMax: 3, policiesMax: 2, detailsMax: 2 });
      reports = subject.stores.reports;
    });
    afterEach(() => subject.close());

    it('knows nothing at first', async () => {
      expect(await reports.read(key)).toEqual([]);
      expect(await reports.list(all)).toEqual([]);
      expect(await reports.claim(key, { now: NOW, until: NOW + 1 })).toBe('taken');
      await reports.settle(key, 'sent');
      await reports.prune('2027-01-01');
      expect(await reports.list(all)).toEqual([]);
    });

    it('adds up attempts of one day, and of no other day or domain (X-11, RPT-4.2.1-1)', async () => {
      const failed = lineOf('one', { success: 0, failure: 2, details: [detailOf('x', 2), detailOf('y')] });
      expect(await reports.add(key, [lineOf('one')])).toBe('added');
      expect(await reports.add({ ...key, domain: 'A.Example' }, [failed, lineOf('one')])).toBe('added');
      await reports.add({ ...key, day: '2026-01-02' }, [lineOf('one', { success: 7 })]);
      await reports.add({ ...key, domain: 'b.example' }, [lineOf('one', { success: 9 })]);
      expect(await reports.read(key)).toEqual([
        lineOf('one', { success: 2, failure: 2, details: [detailOf('x', 2), detailOf('y')] }),
      ]);
      expect(await reports.read({ ...key, day: '2026-01-02' })).toEqual([lineOf('one', { success: 7 })]);
    });

    it('keeps policies that changed during the day apart (RPT-4-5)', async () => {
      await reports.add(key, [lineOf('old')]);
      await reports.add(key, [lineOf('new')]);
      await reports.add(key, [lineOf('old')]);
      expect(await reports.read(key)).toEqual([lineOf('old', { success: 2 }), lineOf('new')]);
    });

    it('counts nothing where there is nothing to count', async () => {
      expect(await reports.add(key, [])).toBe('added');
      expect(await reports.list(all)).toEqual([]);
    });

    it('counts failures beyond the bound in the totals only, and policies beyond it not at all', async () => {
      const failing = (reason: string) =>
        lineOf('one', { success: 0, failure: 1, details: [detailOf(reason)] });
      for (const reason of ['x', 'y', 'z', 'x']) await reports.add(key, [failing(reason)]);
      for (const policy of ['two', 'three', 'two']) await reports.add(key, [lineOf(policy)]);
      expect(await reports.read(key)).toEqual([
        lineOf('one', { success: 0, failure: 4, details: [detailOf('x', 2), detailOf('y')] }),
        lineOf('two', { success: 2 }),
      ]);
    });

    it('takes no more than so many domains a day', async () => {
      for (const domain of ['a.example', 'b.example', 'c.example'])
        expect(await reports.add({ ...key, domain }, [lineOf('one')])).toBe('added');
      expect(await reports.add({ ...key, domain: 'd.example' }, [lineOf('one')])).toBe('full');
      expect(await reports.add(key, [lineOf('one')])).toBe('added');
      expect(await reports.add({ day: '2026-01-02', domain: 'd.example' }, [lineOf('one')])).toBe('added');
      expect(await reports.list(all)).toHaveLength(4);
    });

    it('lists in order of day and domain, page by page', async () => {
      const keys = [
        { day: '2026-01-02', domain: 'a.example' },
        { day: '2026-01-01', domain: 'b.example' },
        { day: '2026-01-01', domain: 'a.example' },
      ];
      for (const each of keys) await reports.add(each, [lineOf('one')]);
      const state = { kind: 'open' };
      const first = await reports.list({ after: null, entriesMax: 2 });
      expect(first).toEqual([
        { ...keys[2], state },
        { ...keys[1], state },
      ]);
      expect(await reports.list({ after: first[1]!, entriesMax: 2 })).toEqual([{ ...keys[0], state }]);
    });

    it('lets one of several nodes send, and another once that one has been silent for too long', async () => {
      await reports.add(key, [lineOf('one')]);
      const until = NOW + HOUR_MS;
      expect(await reports.claim(key, { now: NOW, until })).toBe('claimed');
      expect(await reports.claim(key, { now: NOW, until })).toBe('taken');
      expect(await reports.list(all)).toEqual([{ ...key, state: { kind: 'claimed', until } }]);
      expect(await reports.claim(key, { now: until - 1, until: until + HOUR_MS })).toBe('taken');
      expect(await reports.claim(key, { now: until, until: until + HOUR_MS })).toBe('claimed');
      expect(await reports.claim(key, { now: until + HOUR_MS - DAY_MS, until })).toBe('taken');
      expect(await reports.claim(key, { now: until + HOUR_MS - DAY_MS - 1, until })).toBe('claimed');
    });

    it('changes nothing more once a report has gone; what was sent stays sent', async () => {
      await reports.add(key, [lineOf('one')]);
      await reports.settle(key, 'dropped');
      expect(await reports.add(key, [lineOf('one')])).toBe('settled');
      await reports.settle(key, 'sent');
      await reports.settle(key, 'dropped');
      expect(await reports.list(all)).toEqual([{ ...key, state: { kind: 'sent' } }]);
      expect(await reports.claim(key, { now: NOW, until: NOW + 1 })).toBe('taken');
      expect(await reports.read(key)).toEqual([lineOf('one')]);
    });

    it('drops days that have passed', async () => {
      await reports.add(key, [lineOf('one', { failure: 1, details: [detailOf('x')] })]);
      await reports.add({ ...key, day: '2026-01-02' }, [lineOf('one')]);
      await reports.prune('2026-01-02');
      expect(await reports.list(all)).toHaveLength(1);
      expect(await reports.read(key)).toEqual([]);
      await reports.add(key, [lineOf('one')]);
      expect(await reports.read(key)).toEqual([lineOf('one')]);
    });

    it('adds up what several nodes count at once, and lets one of them claim it (X-11)', async () => {
      const nodes = [subject, subject].map(() => subject.another().reports);
      const line = lineOf('one', { failure: 1, details: [detailOf('x')] });
      const adds = Array.from({ length: 10 }, (_, at) => nodes[at % 2]!.add(key, [line, lineOf('two')]));
      expect(await Promise.all(adds)).toEqual(adds.map(() => 'added'));
      const sum = [
        lineOf('one', { success: 10, failure: 10, details: [detailOf('x', 10)] }),
        lineOf('two', { success: 10 }),
      ];
      for (const node of nodes) expect(await node.read(key)).toEqual(expect.arrayContaining(sum));
      const claim = { now: NOW, until: NOW + HOUR_MS };
      const claims = await Promise.all([...nodes, ...nodes].map((node) => node.claim(key, claim)));
      expect(claims.sort()).toEqual(['claimed', 'taken', 'taken', 'taken']);
    });

    it('takes no more domains, policies and failures than it may, however many come at once', async () => {
      const nodes = [subject, subject].map(() => subject.another().reports);
      const adds = Array.from({ length: 24 }, (_, at) => {
        const line = lineOf(`${at % 4}`, { failure: 1, details: [detailOf(`${at % 5}`)] });
        return nodes[at % 2]!.add({ ...key, domain: `${at % 6}.example` }, [line]);
      });
      const kinds = await Promise.all(adds);
      expect(kinds.filter((kind) => kind === 'added')).toHaveLength(12);
      const due = await reports.list(all);
      expect(due).toHaveLength(3);
      for (const each of due) {
        const lines = await reports.read(each);
        expect(lines.length).toBeLessThanOrEqual(2);
        for (const { details } of lines) expect(details.length).toBeLessThanOrEqual(2);
      }
    });
  });
}
