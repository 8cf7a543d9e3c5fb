import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryQueueStore } from '../../src/adapters/memory/index.js';
import type { ClaimedDelivery, QueueStore, ReviewPlace, ReviewPlan } from '../../src/effects/queue-stores.js';
import { type OperatorOrder, ORDERED_LANE } from '../../src/policy/queue/message.js';
import { messageTo, planOf, settlementOf, WORD } from './queue.fixture.js';
import { NOW, type StartStores, type StoresSubject } from './stores.fixture.js';

const BY = { actor: 'ops', now: NOW };
const OPEN = { after: null, messagesMax: 100, ended: 'no' } as const;
const idsOf = (claimed: readonly ClaimedDelivery[]) => claimed.map(({ id }) => id);

/** Holds a queue to its contract. */
export function queueStoreContract(name: string, start: StartStores): void {
  describe(`a queue: ${name}`, () => {
    let subject: StoresSubject;
    let queue: QueueStore;
    beforeEach(async () => {
      subject = await start();
      queue = subject.stores.queue;
    });
    afterEach(() => subject.close());

    const shown = async (id: string) => (await queue.show([id]))[0]!;
    const states = async (id: string) => (await shown(id)).recipients.map(({ state }) => state);

    it('keeps a message with all its recipients, for every node, or not at all (SMTP-4.5.4.1-1, RTLS-4.1-1, RTLS-4.1-4)', async () => {
      const required = { ...messageTo('x', []).facts, requireTls: 'yes' } as const;
      await queue.accept([
        messageTo('m1', ['b@b.example', 'c@c.example', 'd@b.example'], { facts: required }),
      ]);
      await expect(
        queue.accept([messageTo('m2', ['b@b.example']), messageTo('m1', ['e@e.example'])]),
      ).rejects.toThrow();
      const after = subject.another().queue;
      expect(await after.list(OPEN)).toEqual([
        {
          ...{
            id: 'm1',
            from: 'ann@a.example',
            queuedAt: NOW,
            sizeBytes: 7,
            tls: 'required',
            held: 'no',
            transport: null,
          },
          recipients: ['b@b.example', 'c@c.example', 'd@b.example'].map((recipient) => ({
            ...{ recipient, state: 'waiting', attempts: 0, nextAttemptAt: NOW, last: null },
          })),
        },
      ]);
      const claimed = await after.claim(planOf());
      expect(claimed.map(({ message, recipients }) => [message.facts.requireTls, recipients.length])).toEqual(
        [
          ['yes', 2],
          ['yes', 1],
        ],
      );
    });

    it('gives a delivery to one owner, with all that its turn needs', async () => {
      const message = messageTo('m1', ['b@b.example', 'd@b.example'], {
        envelopeId: 'E1',
        ret: 'headers',
        receivedFrom: 'x',
      });
      await queue.accept([message]);
      const [claimed, ...others] = await queue.claim(planOf());
      const { recipients, ...facts } = message;
      expect(others).toEqual([]);
      expect(claimed).toEqual({
        ...{
          id: 'm1/0',
          fence: 1,
          lane: 'direct b.example',
          domain: 'b.example',
          message: facts,
          held: 'no',
        },
        delivery: {
          attempts: 0,
          granted: 0,
          unsettledClaims: 0,
          delayTold: 'no',
          dialled: {},
          order: { kind: 'none' },
        },
        recipients: recipients.map((each, position) => ({ ...each, position, last: null })),
      });
      expect(await subject.another().queue.claim(planOf({ node: 'n2' }))).toEqual([]);
      expect(await states('m1')).toEqual(['attempting', 'attempting']);
    });

    it('claims nothing before it is due', async () => {
      await queue.accept([messageTo('m1', ['b@b.example'], { queuedAt: NOW + 1 })]);
      expect(await queue.claim(planOf())).toEqual([]);
      expect(await queue.nextDue()).toBe(NOW + 1);
      expect(await queue.claim(planOf({ now: NOW + 1 }))).toHaveLength(1);
      expect(await queue.nextDue()).toBeNull();
    });

    it('settles ends, waits and what was heard together (SMTP-4.2.5-1)', async () => {
      await queue.accept([messageTo('m1', ['b@b.example']), messageTo('m2', ['b@b.example'])]);
      const [one, two] = await queue.claim(planOf());
      const settlements = [settlementOf(one!, { end: 'delivered' }), settlementOf(two!, { nextAt: NOW + 5 })];
      expect(await queue.settle(settlements, NOW)).toEqual(['ended', 'settled']);
      expect((await shown('m1')).recipients).toEqual([
        { recipient: 'b@b.example', state: 'delivered', attempts: 1, nextAttemptAt: null, last: WORD },
      ]);
      expect((await shown('m2')).recipients).toMatchObject([
        { state: 'waiting', attempts: 1, nextAttemptAt: NOW + 5 },
      ]);
      expect((await queue.list(OPEN)).map(({ id }) => id)).toEqual(['m2']);
      const [again] = await subject.another().queue.claim(planOf({ now: NOW + 5 }));
      expect(again).toMatchObject({
        ...{ id: 'm2/0', fence: 2, recipients: [{ last: WORD }] },
        delivery: { attempts: 1, unsettledClaims: 0, dialled: { 'mx.b.example': ['192.0.2.1'] } },
      });
    });

    it('says of the last delivery that the message has ended', async () => {
      await queue.accept([messageTo('m1', ['b@b.example', 'c@c.example'])]);
      const [one, two] = await queue.claim(planOf());
      expect(await queue.settle([settlementOf(one!, { end: 'delivered' })], NOW)).toEqual(['settled']);
      expect(await queue.settle([settlementOf(two!, { end: 'bounced' })], NOW)).toEqual(['ended']);
    });

    it('claims only the recipients that have not ended', async () => {
      await queue.accept([messageTo('m1', ['b@b.example', 'c@b.example'])]);
      const [claimed] = await queue.claim(planOf());
      const settlement = settlementOf(claimed!, { nextAt: NOW + 5 });
      const [first, second] = settlement.turn.recipients;
      const recipients = [{ ...first!, end: 'bounced' as const }, second!];
      await queue.settle([{ ...settlement, turn: { ...settlement.turn, recipients } }], NOW);
      expect(await states('m1')).toEqual(['bounced', 'waiting']);
      const [again] = await queue.claim(planOf({ now: NOW + 5 }));
      expect(again!.recipients.map(({ address, position }) => [address, position])).toEqual([
        ['c@b.example', 1],
      ]);
    });

    it('shows of who has ended with how many attempts, whatever the others take', async () => {
      await queue.accept([messageTo('m1', ['b@b.example', 'c@b.example'])]);
      const attempts = async () =>
        (await queue.show(['m1']))[0]!.recipients.map((recipient) => recipient.attempts);
      for (const [made, at] of [
        [1, NOW],
        [2, NOW + 5],
      ] as const) {
        const [claimed] = await queue.claim(planOf({ now: at }));
        const { turn, ...settlement } = settlementOf(claimed!, { nextAt: at + 5 });
        const recipients = turn.recipients.map((each) =>
          each.address === 'b@b.example' ? { ...each, end: 'bounced' as const } : each,
        );
        await queue.settle([{ ...settlement, turn: { ...turn, recipients, attempts: made } }], at);
      }
      expect(await attempts()).toEqual([1, 2]);
    });

    it('is not moved by who has lost the delivery to somebody', async () => {
      await queue.accept([messageTo('m1', ['b@b.example'])]);
      const [old] = await queue.claim(planOf());
      await queue.recover(new Map());
      const [current] = await queue.claim(planOf({ node: 'n2', now: NOW + 60_000 }));
      expect(current).toMatchObject({ fence: 2, delivery: { unsettledClaims: 1 } });
      const notices = [messageTo('n1', ['ann@a.example'], { from: '' })];
      expect(await queue.settle([settlementOf(old!, { end: 'bounced' }, { notices })], NOW)).toEqual([
        'superseded',
      ]);
      expect(await states('m1')).toEqual(['attempting']);
      expect(await queue.show(['n1'])).toEqual([]);
      expect(await queue.settle([settlementOf(current!, { end: 'delivered' })], NOW)).toEqual(['ended']);
      expect(await queue.settle([settlementOf(current!, { end: 'bounced' })], NOW)).toEqual(['superseded']);
      expect(await states('m1')).toEqual(['delivered']);
    });

    it('takes a notice with the end that it tells of, or neither (SMTP-3.6.3-1, DSN-3464-3-1)', async () => {
      await queue.accept([messageTo('m1', ['b@b.example']), messageTo('m2', ['c@c.example'])]);
      const [one, two] = await queue.claim(planOf());
      const notice = messageTo('n1', ['ann@a.example'], { from: '', origin: 'notice' });
      await queue.settle([settlementOf(one!, { end: 'bounced' }, { notices: [notice] })], NOW);
      expect(await states('n1')).toEqual(['waiting']);
      // The same notice a second time would be one too many: all of that settlement is undone.
      const twice = settlementOf(two!, { end: 'bounced' }, { notices: [notice] });
      await expect(queue.settle([twice], NOW)).rejects.toThrow();
      expect(await states('m2')).toEqual(['attempting']);
    });

    it('gives back what a node held that is not heard of any more, and nothing of the living', async () => {
      await queue.accept([messageTo('m1', ['b@b.example']), messageTo('m2', ['c@c.example'])]);
      expect([await queue.beat('alive', 1), await queue.beat('dead', 7)]).toEqual(['unknown', 'unknown']);
      await queue.claim(planOf({ node: 'alive', deliveriesMax: 1 }));
      await queue.claim(planOf({ node: 'dead', deliveriesMax: 1 }));
      const silent = new Map([
        ['alive', 1],
        ['dead', 7],
      ]);
      expect(await queue.beats()).toEqual(silent);
      // It has said something since, whatever its clock may be.
      expect(await queue.beat('alive', 0)).toBe('known');
      expect(await queue.recover(silent)).toBe(1);
      expect(await queue.beats()).toEqual(new Map([['alive', 0]]));
      expect(await queue.recover(silent)).toBe(0);
      expect([await states('m1'), await states('m2')]).toEqual([['attempting'], ['waiting']]);
      // So it learns that what it held is no longer its own.
      expect(await queue.beat('dead', 8)).toBe('unknown');
      // Not at once: that claim may have done its work, or may be what ended the node.
      expect(await queue.claim(planOf({ now: NOW + 59_999 }))).toEqual([]);
      expect(idsOf(await queue.claim(planOf({ now: NOW + 60_000 })))).toEqual(['m2/0']);
    });

    it('serves the lanes in turn, whatever waits in them, and each within its bound (SMTP-4.5.4.1-8)', async () => {
      const busy = Array.from({ length: 20 }, (_, at) =>
        messageTo(`b${String(at).padStart(2, '0')}`, ['b@busy.example']),
      );
      const others = ['c', 'd', 'e'].map((name) =>
        messageTo(`z${name}`, [`x@${name}.example`], { queuedAt: NOW + 1 }),
      );
      await queue.accept([...busy, ...others]);
      const first = await queue.claim(planOf({ now: NOW + 1, deliveriesMax: 4 }));
      expect(idsOf(first)).toEqual(['b00/0', 'zc/0', 'zd/0', 'ze/0']);
      expect(idsOf(await queue.claim(planOf({ now: NOW + 2, deliveriesMax: 4 })))).toEqual(['b01/0']);
      // Two are under way there, and no more may be.
      expect(await queue.claim(planOf({ now: NOW + 3, deliveriesMax: 4 }))).toEqual([]);
      await queue.settle(
        first.map((each) => settlementOf(each, { end: 'delivered' })),
        NOW + 3,
      );
      expect(idsOf(await queue.claim(planOf({ now: NOW + 4, deliveriesMax: 4 })))).toEqual(['b02/0']);
    });

    it('rotates among more lanes than there is room for', async () => {
      const lanes = ['b', 'c', 'd'].flatMap((name) =>
        [1, 2].map((number) => messageTo(`${name}${number}`, [`x@${name}.example`])),
      );
      await queue.accept(lanes);
      const served: string[] = [];
      for (let at = 1; at <= 3; at++) {
        const claimed = await queue.claim(planOf({ now: NOW + at, deliveriesMax: 2, perLaneMax: 1 }));
        served.push(...idsOf(claimed));
        await queue.settle(
          claimed.map((each) => settlementOf(each, { end: 'delivered' })),
          NOW + at,
        );
      }
      expect(served).toEqual(['b1/0', 'c1/0', 'd1/0', 'b2/0', 'c2/0', 'd2/0']);
    });

    it('counts what waits, by state and by lane, and since when something is due', async () => {
      expect(await queue.counts(NOW)).toEqual({
        ...{
          waiting: 0,
          attempting: 0,
          held: 0,
          lanesWell: 0,
          lanesFailing: 0,
          lanesClosed: 0,
          lanesPutOff: 0,
        },
        oldestDueAt: null,
      });
      await queue.accept([
        messageTo('m1', ['b@b.example', 'c@c.example']),
        messageTo('m2', ['b@b.example'], { queuedAt: NOW + 5 }),
        messageTo('m3', ['d@d.example']),
      ]);
      await queue.order(['m3'], { order: 'hold' }, BY);
      const [claimed] = await queue.claim(planOf({ deliveriesMax: 1 }));
      expect(claimed!.lane).toBe('direct b.example');
      expect(await queue.counts(NOW + 5)).toEqual({
        ...{
          waiting: 2,
          attempting: 1,
          held: 1,
          lanesWell: 2,
          lanesFailing: 0,
          lanesClosed: 0,
          lanesPutOff: 0,
        },
        oldestDueAt: NOW,
      });
      const well = { failures: 0, closedUntil: 0 };
      expect(await queue.lanes(10)).toEqual([
        { lane: 'direct b.example', waiting: 1, attempting: 1, ...well, dueAt: NOW + 5 },
        { lane: 'direct c.example', waiting: 1, attempting: 0, ...well, dueAt: NOW },
        { lane: 'direct d.example', waiting: 1, attempting: 0, ...well, dueAt: null },
      ]);
      expect((await queue.lanes(1)).map(({ lane }) => lane)).toEqual(['direct b.example']);
    });

    it('closes a lane whose servers cannot be reached, tries one message then, and opens it with the first answer (SMTP-4.5.4.1-5)', async () => {
      await queue.accept(Array.from({ length: 6 }, (_, at) => messageTo(`m${at}`, ['b@b.example'])));
      const unreachable = { lane: 'unreachable' } as const;
      for (let at = 0; at < 3; at++) {
        const [claimed] = await queue.claim(planOf({ deliveriesMax: 1 }));
        await queue.settle([settlementOf(claimed!, { nextAt: NOW + 9e6 }, unreachable)], NOW);
      }
      expect(await queue.claim(planOf({ now: NOW + 59_999 }))).toEqual([]);
      expect(await queue.nextDue()).toBe(NOW + 60_000);
      const next = async (id: string) =>
        (await shown(id)).recipients.map(({ nextAttemptAt }) => nextAttemptAt);
      expect([await next('m0'), await next('m3')]).toEqual([[NOW + 9e6], [NOW + 60_000]]);
      const probe = await queue.claim(planOf({ now: NOW + 60_000, perLaneMax: 5 }));
      expect(probe).toHaveLength(1);
      await queue.settle([settlementOf(probe[0]!, { nextAt: NOW + 9e6 }, unreachable)], NOW + 60_000);
      expect(await queue.nextDue()).toBe(NOW + 180_000);
      const [second] = await queue.claim(planOf({ now: NOW + 180_000, perLaneMax: 5 }));
      await queue.settle([settlementOf(second!, { end: 'bounced' })], NOW + 180_000);
      expect(await queue.claim(planOf({ now: NOW + 180_000, perLaneMax: 5 }))).toHaveLength(1);
    });

    /** Closes the lane of b.example, which is closed until the time that is answered. */
    const close = async (until = NOW + 60_000) => {
      for (let now = NOW; ; ) {
        const [claimed] = await queue.claim(planOf({ now, deliveriesMax: 1 }));
        await queue.settle([settlementOf(claimed!, { nextAt: now }, { lane: 'unreachable' })], now);
        const { closedUntil } = (await queue.lanes(1))[0]!;
        if (closedUntil >= until) return closedUntil;
        now = Math.max(now, closedUntil);
      }
    };

    it('takes nothing up from a lane that is put off until its time, and nobody there is given up (SMTP-4.5.4.1-8)', async () => {
      await queue.accept([messageTo('1', ['x@b.example']), messageTo('2', ['x@b.example'])]);
      const [claimed] = await queue.claim(planOf({ deliveriesMax: 1 }));
      const crowded = { lane: 'crowded', putOffUntil: NOW + 5_000 } as const;
      await queue.settle([settlementOf(claimed!, { nextAt: NOW }, crowded)], NOW);
      expect(await queue.claim(planOf({ now: NOW + 4_999 }))).toEqual([]);
      expect(await queue.nextDue()).toBe(NOW + 5_000);
      expect((await queue.show(['1', '2'])).flatMap(({ recipients }) => recipients)).toMatchObject([
        { nextAttemptAt: NOW + 5_000, waitsFor: 'room' },
        { nextAttemptAt: NOW + 5_000, waitsFor: 'room' },
      ]);
      expect(await queue.counts(NOW)).toMatchObject({
        lanesWell: 0,
        lanesFailing: 0,
        lanesClosed: 0,
        lanesPutOff: 1,
      });
      const late = { now: NOW + 4_999, lateEnd: Number.MAX_SAFE_INTEGER, deliveriesMax: 9 };
      expect(await queue.review(late)).toEqual({ found: 0, next: null });
      expect(await queue.claim(planOf({ now: NOW + 5_000 }))).toHaveLength(2);
      expect(await queue.counts(NOW + 5_000)).toMatchObject({ lanesWell: 1, lanesPutOff: 0 });
    });

    it('ends by order at once what waits behind a lane that is closed, and in no other order (SMTP-4.5.4.1-5)', async () => {
      await queue.accept(['m1', 'm2', 'm3'].map((id) => messageTo(id, ['b@b.example'])));
      await close();
      expect(await queue.order(['m2', 'm3'], { order: 'fail', text: 'no' }, BY)).toEqual([
        'next-turn',
        'next-turn',
      ]);
      expect(await queue.nextDue()).toBe(NOW);
      const claimed = await queue.claim(planOf());
      expect(claimed.map(({ id, delivery }) => [id, delivery.order])).toEqual([
        ['m2/0', { kind: 'fail', text: 'no' }],
        ['m3/0', { kind: 'fail', text: 'no' }],
      ]);
      // A notice could not be kept: it stays ordered.
      await queue.settle([settlementOf(claimed[0]!, { nextAt: NOW + 5 }, { lane: 'other' })], NOW);
      await queue.settle([settlementOf(claimed[1]!, { end: 'bounced' }, { lane: 'other' })], NOW);
      expect(await queue.lanes(9)).toMatchObject([
        { lane: 'direct b.example', waiting: 1, failures: 3 },
        { lane: ORDERED_LANE, waiting: 1, failures: 0 },
      ]);
      expect(await queue.claim(planOf({ now: NOW + 5 }))).toMatchObject([
        { id: 'm2/0', delivery: { order: { kind: 'fail', text: 'no' } } },
      ]);
    });

    it('ends by order what was under way on a lane that closes meanwhile', async () => {
      await queue.accept([messageTo('m1', ['b@b.example'])]);
      for (let at = 0; at < 2; at++) {
        const [claimed] = await queue.claim(planOf());
        await queue.settle([settlementOf(claimed!, { nextAt: NOW }, { lane: 'unreachable' })], NOW);
      }
      const [last] = await queue.claim(planOf());
      await queue.order(['m1'], { order: 'drop' }, BY);
      const settled = settlementOf(
        last!,
        { nextAt: NOW + 9e6 },
        { lane: 'unreachable', nextLane: last!.lane },
      );
      await queue.settle([settled], NOW);
      expect(await queue.claim(planOf())).toMatchObject([{ id: 'm1/0', lane: ORDERED_LANE }]);
    });

    it('has reviewed whoever waits behind a closed lane for longer than he may, or than he knows (SMTP-4.5.4.1-5, DSN-3461-5.2.5-1)', async () => {
      const late = NOW + 400_000_000;
      await queue.accept([
        messageTo('m1', ['b@b.example'], { lifetimeEndsAt: NOW + 1 }),
        messageTo('m2', ['b@b.example'], { lifetimeEndsAt: late }),
        messageTo('m3', ['b@b.example'], { lifetimeEndsAt: late + 1 }),
        messageTo('m4', ['b@b.example'], { lifetimeEndsAt: NOW + 1, queuedAt: NOW + 8e6 }),
        messageTo('m5', ['c@c.example'], { lifetimeEndsAt: NOW + 1, queuedAt: NOW + 8e6 }),
      ]);
      const plan = { now: NOW, lateEnd: 0, deliveriesMax: 10 };
      const review = async (own: Partial<ReviewPlan> = {}) => (await queue.review({ ...plan, ...own })).found;
      expect(await review({ lateEnd: late })).toBe(0);
      const until = await close(NOW + 9e6);
      // It may have failed before their time was over, for all that is known a minute later.
      expect(await review({ now: until - 1 })).toBe(2);
      expect(await review({ now: until - 1, lateEnd: late })).toBe(1);
      expect(await review({ now: until - 1, lateEnd: late })).toBe(0);
      const claimed = await queue.claim(planOf({ now: until - 1, perLaneMax: 9 }));
      const reviewed = claimed.filter(({ lane }) => lane === ORDERED_LANE);
      expect(reviewed.map(({ id }) => id).sort()).toEqual(['m1/0', 'm2/0', 'm4/0']);
      const due = reviewed.map(({ delivery }) => 'due' in delivery.order && delivery.order.due);
      expect(due[reviewed.findIndex(({ id }) => id === 'm4/0')]).toBe(NOW + 8e6);
      // It is reviewed once, is told of once, and goes back to where it waited.
      const m2 = reviewed.find(({ id }) => id === 'm2/0')!;
      const back = { lane: 'other', nextLane: 'direct b.example', turn: { delayTold: 'yes' } } as const;
      await queue.settle([settlementOf(m2, { nextAt: NOW }, back)], NOW);
      expect((await shown('m2')).recipients).toMatchObject([{ nextAttemptAt: until }]);
      expect(await review({ now: until - 1, lateEnd: late })).toBe(0);
      const [probe] = await queue.claim(planOf({ now: until, deliveriesMax: 1 }));
      expect(probe).toMatchObject({ delivery: { order: { kind: 'none' } } });
    });

    it('catches up with what a clock has put off that was set back since', async () => {
      const plan = { now: NOW, waitMsMax: 1000, deliveriesMax: 10 };
      await queue.accept([
        messageTo('m1', ['b@b.example'], { queuedAt: NOW + 1001 }),
        messageTo('m2', ['b@b.example'], { queuedAt: NOW + 1000 }),
        messageTo('m3', ['c@c.example'], { queuedAt: NOW + 9e12 }),
        messageTo('m4', ['d@d.example'], { queuedAt: NOW + 9e12 }),
      ]);
      expect(await queue.order(['m4'], { order: 'hold' }, BY)).toEqual(['change']);
      expect(await queue.catchUp({ ...plan, deliveriesMax: 1 })).toBe(1);
      expect(await queue.catchUp(plan)).toBe(1);
      expect(await queue.catchUp(plan)).toBe(0);
      expect([await queue.nextDue(), idsOf(await queue.claim(planOf()))]).toEqual([NOW, ['m1/0', 'm3/0']]);
      expect(idsOf(await queue.claim(planOf({ now: NOW + 1000 })))).toEqual(['m2/0']);
    });

    it('keeps no way closed, and lets none rest, until a time that no clock can have meant', async () => {
      await queue.accept([messageTo('m1', ['b@b.example']), messageTo('m2', ['b@b.example'])]);
      const plan = { now: NOW, waitMsMax: 9e12, deliveriesMax: 10 };
      const until = await close(NOW + 3_500_000);
      await queue.catchUp({ ...plan, now: until - 3_600_000 });
      expect((await queue.lanes(1))[0]).toMatchObject({ failures: 8, closedUntil: until });
      await queue.catchUp({ ...plan, now: until - 3_600_001 });
      expect((await queue.lanes(1))[0]).toMatchObject({ failures: 8, closedUntil: 0 });
      const resting = { laneEveryMs: 60_000, deliveriesMax: 1 };
      expect(await queue.claim(planOf({ ...resting, now: NOW + 9e11 }))).toHaveLength(1);
      expect(await queue.claim(planOf({ ...resting, now: NOW + 9e10, perLaneMax: 9 }))).toEqual([]);
      await queue.catchUp({ ...plan, now: NOW + 9e10 });
      await queue.recover(new Map());
      expect(await queue.claim(planOf({ ...resting, now: NOW + 9e10 + 60_000 }))).toHaveLength(1);
    });

    it('looks no further than it is asked, and goes on where it was', async () => {
      const to = (id: string, domain: string, queuedAt = NOW) =>
        messageTo(id, [`x@${domain}`], { lifetimeEndsAt: NOW + 1, queuedAt });
      await queue.accept([
        to('m1', 'b.example'),
        to('m2', 'b.example', NOW + 9e7),
        ...['m3', 'm4'].map((id) => to(id, 'b.example', NOW + 8e7)),
      ]);
      const until = await close(NOW + 9e6);
      await queue.accept([to('m5', 'a.example'), to('m6', 'c.example')]);
      const plan = { now: until - 1, lateEnd: 0, deliveriesMax: 2 };
      const seen: unknown[] = [];
      let after: ReviewPlace | undefined;
      for (;;) {
        const { found, next } = await queue.review({ ...plan, ...(after !== undefined && { after }) });
        seen.push([found, next?.id ?? null]);
        if (next === null) break;
        after = next;
      }
      // In order of lanes, then of times; whoever waits in a lane that is well is looked at, and left alone.
      expect(seen).toEqual([
        [1, 'm1/0'],
        [2, 'm4/0'],
        [1, 'm6/0'],
        [0, null],
      ]);
    });

    it('gives back what a node does not hold, as where the answer of its claim was lost', async () => {
      await queue.accept(['m1', 'm2', 'm3', 'm4'].map((id) => messageTo(id, [`x@${id}.example`])));
      await queue.beat('n1', NOW);
      await queue.beat('n2', NOW);
      expect(idsOf(await queue.claim(planOf({ deliveriesMax: 3 })))).toEqual(['m1/0', 'm2/0', 'm3/0']);
      await queue.claim(planOf({ node: 'n2' }));
      await queue.order(['m3'], { order: 'hold' }, BY);
      expect(await queue.giveBack('n1', ['m1/0'])).toBe(2);
      expect(await queue.giveBack('n1', ['m1/0'])).toBe(0);
      expect(await queue.claim(planOf({ now: NOW + 59_999 }))).toEqual([]);
      const again = await queue.claim(planOf({ now: NOW + 60_000 }));
      expect(again).toMatchObject([{ id: 'm2/0', fence: 2 }]);
      expect(await queue.counts(NOW)).toMatchObject({ attempting: 3, held: 1 });
    });

    it('holds what was to be reviewed, and obeys who orders it to end meanwhile', async () => {
      await queue.accept(['m1', 'm2'].map((id) => messageTo(id, ['b@b.example'])));
      await close();
      const plan = { now: NOW, lateEnd: NOW + 432_000_000, deliveriesMax: 10 };
      expect(await queue.review(plan)).toEqual({ found: 2, next: null });
      await queue.order(['m1'], { order: 'hold' }, BY);
      const claimed = await queue.claim(planOf());
      expect(idsOf(claimed)).toEqual(['m2/0']);
      await queue.order(['m2'], { order: 'drop' }, BY);
      await queue.settle([settlementOf(claimed[0]!, { nextAt: NOW + 9e6 }, { lane: 'other' })], NOW);
      expect(await queue.claim(planOf())).toMatchObject([
        { id: 'm2/0', delivery: { order: { kind: 'drop', text: '' } } },
      ]);
      await queue.order(['m1'], { order: 'release' }, BY);
      expect(await queue.claim(planOf())).toMatchObject([
        { id: 'm1/0', delivery: { order: { kind: 'review' } } },
      ]);
    });

    it('holds and releases; the time in between costs a message nothing', async () => {
      const endsAt = messageTo('x', []).lifetimeEndsAt;
      await queue.accept([messageTo('m1', ['b@b.example'])]);
      expect(await queue.order(['m1', 'm9'], { order: 'hold' }, BY)).toEqual(['change', 'unknown']);
      expect(await queue.order(['m1'], { order: 'hold' }, BY)).toEqual(['nothing-to-do']);
      expect([await queue.claim(planOf({ now: NOW + 9 })), await queue.nextDue()]).toEqual([[], null]);
      expect(await shown('m1')).toMatchObject({
        held: 'yes',
        recipients: [{ state: 'waiting', nextAttemptAt: null }],
      });
      expect(await queue.order(['m1'], { order: 'kick' }, BY)).toEqual(['nothing-to-do']);
      await queue.order(['m1'], { order: 'release' }, { actor: 'ops', now: NOW + 1000 });
      const [claimed] = await queue.claim(planOf({ now: NOW + 1000 }));
      expect(claimed).toMatchObject({ held: 'no', message: { lifetimeEndsAt: endsAt + 1000 } });
      // Held while it is under way: it goes no further.
      await queue.order(['m1'], { order: 'hold' }, { actor: 'ops', now: NOW + 1000 });
      await queue.settle([settlementOf(claimed!, { nextAt: NOW + 2000 })], NOW + 1000);
      expect(await queue.claim(planOf({ now: NOW + 2000 }))).toEqual([]);
      expect((await queue.orders('m1')).map(({ actor, order }) => [actor, order.order])).toEqual([
        ['ops', 'hold'],
        ['ops', 'release'],
        ['ops', 'hold'],
      ]);
    });

    it('makes due at once what is kicked for a domain, and nothing of the same message that waits for another', async () => {
      const later = { queuedAt: NOW + 9e6 };
      await queue.accept([messageTo('m1', ['b@b.example', 'c@c.example', 'd@[192.0.2.1]'], later)]);
      const open = async (domain: string) => {
        expect(await queue.order(['m1'], { order: 'kick', domain }, BY)).toEqual(['change']);
        return (await queue.claim(planOf())).map(({ domain }) => domain);
      };
      expect(await open('c.example')).toEqual(['c.example']);
      expect(await open('none.example')).toEqual([]);
      expect(await open('[192.0.2.1]')).toEqual(['[192.0.2.1]']);
      expect((await queue.orders('m1')).map(({ order }) => order)).toEqual(
        ['c.example', 'none.example', '[192.0.2.1]'].map((domain) => ({ order: 'kick', domain })),
      );
      expect((await queue.lanes(9)).map(({ lane, waiting }) => [lane, waiting])).toContainEqual([
        ...['direct b.example', 1],
      ]);
    });

    it('makes due at once what is kicked, and takes a turn for what is to end', async () => {
      await queue.accept([
        messageTo('m1', ['b@b.example'], { queuedAt: NOW + 9e6 }),
        messageTo('m2', ['c@c.example']),
      ]);
      expect(await queue.order(['m1'], { order: 'kick' }, BY)).toEqual(['change']);
      const [one, two] = [...(await queue.claim(planOf()))].sort((a, b) => (a.id < b.id ? -1 : 1));
      expect([one!.id, two!.id]).toEqual(['m1/0', 'm2/0']);
      await queue.settle([settlementOf(one!, { nextAt: NOW + 9e6 })], NOW);
      await queue.order(['m1'], { order: 'hold' }, BY);
      // One is held, the other under way.
      expect(await queue.order(['m1', 'm2'], { order: 'fail', text: 'no' }, BY)).toEqual([
        'next-turn',
        'next-turn',
      ]);
      const [failing] = await queue.claim(planOf());
      expect(failing).toMatchObject({ id: 'm1/0', delivery: { order: { kind: 'fail', text: 'no' } } });
      await queue.settle([settlementOf(two!, { nextAt: NOW + 9e6 })], NOW + 1);
      const [next] = await queue.claim(planOf({ now: NOW + 1 }));
      expect(next).toMatchObject({ id: 'm2/0', delivery: { order: { kind: 'fail', text: 'no' } } });
      await queue.settle(
        [settlementOf(next!, { end: 'bounced' }), settlementOf(failing!, { end: 'bounced' })],
        NOW + 1,
      );
      expect([await states('m1'), await states('m2')]).toEqual([['bounced'], ['bounced']]);
      expect(await queue.order(['m1'], { order: 'kick' }, BY)).toEqual(['refuse']);
    });

    it('changes transport and demand, and keeps who did so and why (RTLS-4.1-1)', async () => {
      await queue.accept([messageTo('m1', ['b@b.example'])]);
      await queue.order(['m1'], { order: 'set-transport', transport: 'smarthost' }, BY);
      expect(await queue.order(['m1'], { order: 'set-tls', tls: 'required', why: ' ' }, BY)).toEqual([
        'refuse',
      ]);
      await queue.order(['m1'], { order: 'set-tls', tls: 'required', why: 'asked by phone' }, BY);
      expect(await shown('m1')).toMatchObject({ tls: 'required', transport: 'smarthost' });
      const [claimed] = await subject.another().queue.claim(planOf());
      expect(claimed).toMatchObject({
        lane: 'smarthost b.example',
        message: { transport: 'smarthost', facts: { requireTls: 'yes', tlsRequired: 'absent' } },
      });
      expect((await queue.orders('m1'))[1]).toEqual({
        ...{ at: NOW, actor: 'ops', order: { order: 'set-tls', tls: 'required', why: 'asked by phone' } },
      });
    });

    it('puts a message into the lane that is named, and moves what waits where its settlement says', async () => {
      const relayed = {
        'b.example': 'smarthost relay.example:587',
        'c.example': 'smarthost relay.example:587',
      };
      await queue.accept([
        messageTo('m1', ['x@b.example', 'x@c.example'], { lanes: relayed }),
        messageTo('m2', ['x@b.example']),
      ]);
      const claimed = await queue.claim(planOf({ perLaneMax: 1 }));
      expect(claimed.map(({ id, lane }) => [id, lane])).toEqual([
        ['m2/0', 'direct b.example'],
        ['m1/0', 'smarthost relay.example:587'],
      ]);
      const nextLane = 'other o.example:25';
      await queue.order(['m2'], { order: 'set-transport', transport: 'mine' }, BY);
      await queue.settle(
        claimed.map((each) => settlementOf(each, { nextAt: NOW + 5 }, { nextLane })),
        NOW,
      );
      // What the operator has moved in between stays there.
      expect((await queue.lanes(9)).map(({ lane, waiting }) => [lane, waiting])).toEqual([
        ['mine b.example', 1],
        ['other o.example:25', 1],
        ['smarthost relay.example:587', 1],
      ]);
      expect((await queue.list({ ...OPEN, domain: 'c.example' })).map(({ id }) => id)).toEqual(['m1']);
    });

    it('lets a lane rest between two claims', async () => {
      const ids = ['m1', 'm2', 'm3'];
      await queue.accept(ids.map((id) => messageTo(id, ['x@b.example'])));
      const resting = { laneEveryMs: 1000, perLaneMax: 5 };
      expect(idsOf(await queue.claim(planOf(resting)))).toEqual(['m1/0']);
      expect(await queue.claim(planOf({ ...resting, now: NOW + 999 }))).toEqual([]);
      expect([await queue.nextDue(1000), await queue.nextDue()]).toEqual([NOW + 1000, NOW]);
      expect(idsOf(await queue.claim(planOf({ ...resting, now: NOW + 1000 })))).toEqual(['m2/0']);
      expect(await queue.among(['m3', 'm9'])).toEqual(['m3']);
      const [third] = await queue.claim(planOf({ now: NOW + 2000, perLaneMax: 5 }));
      await queue.settle([settlementOf(third!, { end: 'delivered' })], NOW + 2000);
      expect(await queue.among(['m1', 'm3', 'm9'])).toEqual(['m1']);
    });

    it('parks what ends its turns before they are settled', async () => {
      await queue.accept([messageTo('m1', ['b@b.example'])]);
      const [claimed] = await queue.claim(planOf());
      await queue.settle(
        [settlementOf(claimed!, { nextAt: NOW }, { turn: { hold: 'park', attempts: 0 } })],
        NOW,
      );
      expect(await shown('m1')).toMatchObject({ held: 'yes' });
      expect(await queue.claim(planOf())).toEqual([]);
      await queue.order(['m1'], { order: 'release' }, BY);
      expect(await queue.claim(planOf())).toMatchObject([{ delivery: { unsettledClaims: 0 } }]);
    });

    it('shows page by page, by domain, the ended ones on demand, and forgets those by age', async () => {
      await queue.accept(
        ['m1', 'm2', 'm3'].map((id, at) => messageTo(id, [`x@${at === 1 ? 'c' : 'b'}.example`])),
      );
      const claimed = await queue.claim(planOf());
      const first = claimed.find(({ id }) => id === 'm1/0')!;
      await queue.settle([settlementOf(first, { end: 'delivered' })], NOW + 5);
      const pages = async (own: object) => (await queue.list({ ...OPEN, ...own })).map(({ id }) => id);
      expect(await pages({})).toEqual(['m2', 'm3']);
      expect(await pages({ ended: 'yes' })).toEqual(['m1', 'm2', 'm3']);
      expect(await pages({ after: 'm2' })).toEqual(['m3']);
      expect(await pages({ messagesMax: 1 })).toEqual(['m2']);
      expect(await pages({ domain: 'c.example' })).toEqual(['m2']);
      expect(await queue.prune(NOW + 5, 10)).toEqual([]);
      expect(await queue.prune(NOW + 6, 10)).toEqual(['m1']);
      expect(await pages({ ended: 'yes' })).toEqual(['m2', 'm3']);
    });

    it('forgets how a way does of which nobody has heard for long, and none on which something waits', async () => {
      const failuresTo = async (domain: string) =>
        (await queue.lanes(9)).find(({ lane }) => lane === `direct ${domain}`)?.failures;
      const fail = async (number: number, come: Parameters<typeof settlementOf>[1], id = `m${number}`) => {
        await queue.accept([messageTo(id, [`x@${number}.example`])]);
        const [claimed] = await queue.claim(planOf());
        await queue.settle([settlementOf(claimed!, come, { lane: 'unreachable' })], NOW);
      };
      for (const number of [1, 2, 3, 4]) await fail(number, { end: 'bounced' });
      // A third failure closes the way.
      for (const id of ['m7', 'm8']) await fail(4, { end: 'bounced' }, id);
      await fail(5, { nextAt: NOW + 5 });
      await fail(6, { nextAt: NOW + 5 });
      await queue.order(['m6'], { order: 'hold' }, BY);
      const forget = async (idleSince: number, lanesMax: number) => {
        let steps = 1;
        let after: string | null = await queue.forgetLanes({ idleSince, lanesMax });
        for (; after !== null; steps++) after = await queue.forgetLanes({ idleSince, lanesMax, after });
        return steps;
      };
      let accepted = 0;
      const again = async (number: number) => {
        await queue.accept([messageTo(`n${++accepted}`, [`x@${number}.example`])]);
        return failuresTo(`${number}.example`);
      };
      expect(await forget(NOW, 100)).toBe(1);
      expect(await again(1)).toBe(1);
      // What is looked at in steps is looked at to the end.
      expect(await forget(NOW + 1, 2)).toBeGreaterThan(2);
      expect([await again(1), await again(2), await again(3), await again(4)]).toEqual([1, 0, 0, 3]);
      await queue.order(['m6'], { order: 'release' }, BY);
      expect([await failuresTo('5.example'), await failuresTo('6.example')]).toEqual([1, 1]);
      expect(idsOf(await queue.claim(planOf({ now: NOW + 5 }))).sort()).toEqual([
        'm5/0',
        'm6/0',
        'n1/0',
        'n3/0',
        'n4/0',
      ]);
    });

    it('does with many what it does with one', async () => {
      const many = Array.from({ length: 1_500 }, (_, at) => messageTo(`m${at}`, [`x@d${at % 50}.example`]));
      await queue.accept(many);
      const claimed = await queue.claim(planOf({ deliveriesMax: 1_500, perLaneMax: 30 }));
      expect(new Set(idsOf(claimed)).size).toBe(1_500);
      const settled = await queue.settle(
        claimed.map((each) => settlementOf(each, { end: 'delivered' })),
        NOW,
      );
      expect(new Set(settled)).toEqual(new Set(['ended']));
      expect(await queue.list(OPEN)).toEqual([]);
    });

    it('goes through every history as the queue in memory does', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(aStep, { minLength: 5, maxLength: 25 }), async (steps) => {
          const fresh = await start();
          try {
            const [ours, theirs] = [new Player(fresh.stores.queue), new Player(memoryQueueStore())];
            for (const step of steps) expect(await ours.take(step)).toEqual(await theirs.take(step));
          } finally {
            await fresh.close();
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}

type Step =
  | { readonly kind: 'accept'; readonly domains: readonly string[]; readonly laterMs: number }
  | {
      readonly kind: 'claim';
      readonly node: string;
      readonly deliveriesMax: number;
      readonly perLaneMax: number;
    }
  | {
      readonly kind: 'settle';
      readonly which: number;
      readonly end: 'delivered' | 'bounced' | null;
      readonly lane: 'answered' | 'unreachable' | 'other' | 'crowded';
    }
  | { readonly kind: 'order'; readonly which: number; readonly order: OperatorOrder }
  | { readonly kind: 'review'; readonly endsInMs: number }
  | { readonly kind: 'forget-lanes'; readonly idleMs: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'beat' | 'recover' | 'give-back'; readonly node: string };

const aDomain = fc.constantFrom('b.example', 'c.example', 'd.example');
const aNode = fc.constantFrom('n1', 'n2');
const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('accept' as const),
    domains: fc.array(aDomain, { minLength: 1, maxLength: 4 }),
    laterMs: fc.constantFrom(0, 0, 30_000),
  }),
  fc.record({
    kind: fc.constant('claim' as const),
    node: aNode,
    deliveriesMax: fc.integer({ min: 1, max: 4 }),
    perLaneMax: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('settle' as const),
    which: fc.nat(9),
    end: fc.constantFrom('delivered', 'bounced', null),
    lane: fc.constantFrom('answered', 'unreachable', 'other', 'crowded'),
  }),
  fc.record({
    kind: fc.constant('order' as const),
    which: fc.nat(9),
    order: fc.constantFrom<OperatorOrder>(
      { order: 'hold' },
      { order: 'release' },
      { order: 'kick' },
      { order: 'kick', domain: 'b.example' },
      { order: 'fail', text: 'no' },
      { order: 'drop' },
      { order: 'set-tls', tls: 'optional', why: 'so' },
      { order: 'set-transport', transport: 'relay' },
    ),
  }),
  fc.record({ kind: fc.constant('review' as const), endsInMs: fc.constantFrom(0, 432_000_000, 440_000_000) }),
  fc.record({ kind: fc.constant('forget-lanes' as const), idleMs: fc.constantFrom(0, 60_000) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 30_000, 3_600_000) }),
  fc.record({
    kind: fc.constantFrom('beat' as const, 'recover' as const, 'give-back' as const),
    node: aNode,
  }),
);

/** Takes steps, and says after each how everything stands. */
class Player {
  readonly #queue: QueueStore;
  #now = NOW;
  #accepted = 0;
  readonly #claimed: ClaimedDelivery[] = [];

  constructor(queue: QueueStore) {
    this.#queue = queue;
  }

  async take(step: Step): Promise<unknown> {
    return [
      await this.#do(step),
      await this.#queue.list({ ...OPEN, ended: 'yes' }),
      await this.#queue.nextDue(),
    ];
  }

  async #do(step: Step): Promise<unknown> {
    switch (step.kind) {
      case 'accept': {
        const to = step.domains.map((domain, at) => `x${at}@${domain}`);
        return this.#queue.accept([
          messageTo(`m${++this.#accepted}`, to, { queuedAt: this.#now + step.laterMs }),
        ]);
      }
      case 'claim': {
        const dueAgainAt = this.#now + 60_000;
        const claimed = await this.#queue.claim({ ...step, now: this.#now, dueAgainAt });
        this.#claimed.push(...claimed);
        return claimed;
      }
      case 'settle': {
        const claimed = this.#claimed[step.which % Math.max(1, this.#claimed.length)];
        if (claimed === undefined) return null;
        const come = step.end === null ? { nextAt: this.#now + 60_000 } : { end: step.end };
        const putOff = step.lane === 'crowded' ? { putOffUntil: this.#now + 90_000 } : {};
        return this.#queue.settle([settlementOf(claimed, come, { lane: step.lane, ...putOff })], this.#now);
      }
      case 'order':
        return this.#queue.order([`m${step.which % (this.#accepted + 1)}`], step.order, {
          actor: 'ops',
          now: this.#now,
        });
      case 'review': {
        const lateEnd = this.#now + step.endsInMs;
        return this.#queue.review({ now: this.#now, lateEnd, deliveriesMax: 3 });
      }
      case 'forget-lanes':
        return this.#queue.forgetLanes({ idleSince: this.#now - step.idleMs, lanesMax: 100 });
      case 'pass':
        this.#now += step.ms;
        return null;
      case 'beat':
        return this.#queue.beat(step.node, this.#now);
      case 'give-back':
        return this.#queue.giveBack(
          step.node,
          this.#claimed.slice(-2).map(({ id }) => id),
        );
      case 'recover':
        return this.#queue.recover(
          new Map([...(await this.#queue.beats())].filter(([node]) => node === step.node)),
        );
    }
  }
}
