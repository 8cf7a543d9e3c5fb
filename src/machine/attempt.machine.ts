/*
 * One message to the recipients of one domain, once.
 *
 * Theory of operation. First it is judged where the way begins: at the domain's MX records, at the address that the
 * destination is, or at a relay that the operator named. Three questions go out together: the MX records, the MTA-STS record, and what is kept of the
 * domain's policy; the result never depends on which answer comes first. When all are in, the MX answer is judged first,
 * because a domain without a host to deliver to needs no policy; unless one that is kept speaks against an answer that was
 * not validated. A policy is then taken from the cache or fetched, and
 * the candidates are tried one after the other, each in a run of its own (the effect `host.run`), until every
 * recipient has an outcome or no candidate is left. A relay is the only candidate, and the policy is its own. Where only
 * the policy is asked for, no MX records are, and the attempt ends with it. Being stopped ends it from every state.
 *
 * Nothing here weighs evidence; src/policy does. To change an answer, change a table. To change an order, change
 * this file.
 */
import { setup } from 'xstate';
import type { Aborted, Answered, AnsweredBy, Effect } from '../effects/catalog.js';
import type { AttemptInput, AttemptResult } from '../policy/attempt/types.js';
import type { RequirementId } from '../policy/kernel/requirement-id.js';
import * as answers from './attempt.answers.js';
import * as asks from './attempt.asks.js';
import { type AttemptContext, copyAttempt, seeksPolicy, startAttempt } from './attempt.context.js';
import * as judgements from './attempt.judgements.js';
import { resultOf } from './attempt.result.js';
import { withinDeadline } from './deadline.js';
import { type Boxed, stepsOf } from './steps.js';

const { ask, judge, on } = stepsOf(copyAttempt, withinDeadline);

/** What is asked is not waited for any more. */
const stopped = { target: 'judgingStop', actions: on<Aborted>(() => ({})) } as const;

const base = setup({
  types: {} as {
    input: AttemptInput;
    context: Boxed<AttemptContext>;
    events: Answered;
    emitted: Effect;
    meta: { readonly refs: readonly RequirementId[] };
    output: AttemptResult;
  },
  guards: {
    hasItsHost: ({ context: { run } }) => run.way === 'literal' || run.way === 'submit',
    isRelay: ({ context: { run } }) => run.way === 'relay',
    isDiscovered: ({ context: { run } }) => run.mx !== null && run.txt !== null && run.cache !== null,
    isPolicyDiscovered: ({ context: { run } }) =>
      (run.way === 'relay' || seeksPolicy(run.input)) && run.txt !== null && run.cache !== null,
    seeksPolicy: ({ context: { run } }) => seeksPolicy(run.input),
    hasNobody: ({ context: { run } }) => run.candidates.length === 0,
    isConcluded: ({ context: { run } }) => run.next === 'conclude',
    mustDraw: ({ context: { run } }) => run.next === 'draw',
    mustFetch: ({ context: { run } }) => run.next === 'fetch',
    mustTry: ({ context: { run } }) => run.next === 'try',
  },
});

/** RFC 5321, Section 5.1; RFC 8461; RFC 8689, Section 4.2. */
export const attemptMachine = base.createMachine({
  id: 'attempt',
  context: ({ input }) => ({ run: startAttempt(input) }),
  output: ({ context }) => resultOf(context.run),
  initial: 'starting',
  states: {
    starting: {
      description:
        'An address literal has neither MX records nor a policy, nor has a relay that takes all mail; one for a destination has no MX records.',
      meta: { refs: ['STS-3.4-1', 'STS-3.4-3', 'SMTP-4.1.3-1', 'DANE-2.2.2-8'] },
      entry: judge(judgements.judgeNextHop),
      always: [
        { guard: 'isConcluded', target: 'concluded' },
        { guard: 'hasItsHost', target: 'awaitingHost' },
        { guard: 'isRelay', target: 'awaitingAnnouncement' },
        { guard: 'seeksPolicy', target: 'awaitingAnnouncement' },
        { target: 'awaitingDiscovery' },
      ],
    },
    awaitingAnnouncement: {
      description:
        "The policy of a relay, which is its own and not the recipient's; or a policy by itself. Neither needs MX records.",
      meta: { refs: ['STS-3.4-1', 'STS-10.2-1'] },
      entry: [ask(asks.askStsRecord), ask(asks.askCache)],
      on: {
        aborted: stopped,
        'dns.txt.answered': { target: 'discovering', actions: on<AnsweredBy<'dns.txt'>>(answers.learnTxt) },
        'policy-cache.read.answered': {
          target: 'discovering',
          actions: on<AnsweredBy<'policy-cache.read'>>(answers.learnCache),
        },
      },
    },
    awaitingDiscovery: {
      description: 'All three at once; whichever answer comes first changes nothing.',
      meta: { refs: ['SMTP-5.1-2', 'STS-3.1-1', 'STS-3.4-4'] },
      entry: [ask(asks.askMx), ask(asks.askStsRecord), ask(asks.askCache)],
      on: {
        aborted: stopped,
        'dns.mx.answered': { target: 'discovering', actions: on<AnsweredBy<'dns.mx'>>(answers.learnMx) },
        'dns.txt.answered': { target: 'discovering', actions: on<AnsweredBy<'dns.txt'>>(answers.learnTxt) },
        'policy-cache.read.answered': {
          target: 'discovering',
          actions: on<AnsweredBy<'policy-cache.read'>>(answers.learnCache),
        },
      },
    },
    discovering: {
      description: 'Some answers are still out.',
      on: {
        aborted: stopped,
        'dns.mx.answered': {
          target: 'discovering',
          reenter: true,
          actions: on<AnsweredBy<'dns.mx'>>(answers.learnMx),
        },
        'dns.txt.answered': {
          target: 'discovering',
          reenter: true,
          actions: on<AnsweredBy<'dns.txt'>>(answers.learnTxt),
        },
        'policy-cache.read.answered': {
          target: 'discovering',
          reenter: true,
          actions: on<AnsweredBy<'policy-cache.read'>>(answers.learnCache),
        },
      },
      always: [
        { guard: 'isPolicyDiscovered', target: 'judgingPolicy' },
        { guard: 'isDiscovered', target: 'judgingMx' },
      ],
    },
    judgingMx: {
      description: 'Whom to try. A domain without a host needs no policy.',
      meta: { refs: ['SMTP-5.1-5', 'NULLMX-5-2'] },
      entry: judge(judgements.judgeMx),
      always: [
        { guard: 'isConcluded', target: 'concluded' },
        { guard: 'mustDraw', target: 'awaitingDraw' },
        { target: 'judgingPolicy' },
      ],
    },
    awaitingDraw: {
      meta: { refs: ['SMTP-5.1-11'] },
      entry: ask(asks.askDraw),
      on: {
        aborted: stopped,
        'random.draw.answered': {
          target: 'judgingPolicy',
          actions: on<AnsweredBy<'random.draw'>>(answers.learnDraw),
        },
      },
    },
    judgingPolicy: {
      description: 'Whether the kept policy stands, is to be fetched anew, or is not known.',
      meta: { refs: ['STS-5.1-1', 'X-19'] },
      entry: judge(judgements.judgePolicy),
      always: [
        { guard: 'isConcluded', target: 'concluded' },
        { guard: 'mustFetch', target: 'awaitingPolicyHost' },
        { guard: 'seeksPolicy', target: 'concluded' },
        { guard: 'hasNobody', target: 'judgingDenial' },
        { target: 'awaitingHost' },
      ],
    },
    awaitingPolicyHost: {
      description: 'The addresses of the policy host are vetted before anything connects to them.',
      meta: { refs: ['STS-3.2-1', 'X-13'] },
      entry: ask(asks.askPolicyHost),
      on: {
        aborted: stopped,
        'dns.addresses.answered': {
          target: 'judgingPolicyHost',
          actions: on<AnsweredBy<'dns.addresses'>>(answers.learnPolicyHost),
        },
      },
    },
    judgingPolicyHost: {
      entry: judge(judgements.judgePolicyHost),
      always: [{ guard: 'mustFetch', target: 'awaitingPolicy' }, { target: 'judgingFetch' }],
    },
    awaitingPolicy: {
      meta: { refs: ['STS-3.3-1', 'STS-3.3-5', 'STS-3.3-9', 'STS-3.3-10'] },
      entry: ask(asks.askPolicy),
      on: {
        aborted: stopped,
        'policy.fetch.answered': {
          target: 'judgingFetch',
          actions: on<AnsweredBy<'policy.fetch'>>(answers.learnPolicy),
        },
      },
    },
    judgingFetch: {
      description: 'A fetched policy replaces what is kept; a failure never does.',
      meta: { refs: ['STS-3.3-11', 'STS-3.3-12', 'STS-8.3-1'] },
      entry: judge(judgements.judgeFetched),
      always: [{ guard: 'isConcluded', target: 'concluded' }, { target: 'awaitingStore' }],
    },
    awaitingStore: {
      description: 'Kept before it is used, so that what bound one message binds the next.',
      meta: { refs: ['STS-3.2-9', 'STS-3.3-8'] },
      entry: ask(asks.askStore),
      on: {
        aborted: stopped,
        'policy-cache.write.answered': [
          {
            guard: 'seeksPolicy',
            target: 'concluded',
            actions: on<AnsweredBy<'policy-cache.write'>>(answers.learnStored),
          },
          {
            guard: 'hasNobody',
            target: 'judgingDenial',
            actions: on<AnsweredBy<'policy-cache.write'>>(answers.learnStored),
          },
          { target: 'awaitingHost', actions: on<AnsweredBy<'policy-cache.write'>>(answers.learnStored) },
        ],
      },
    },
    judgingDenial: {
      description:
        'The MX answer leaves nobody to deliver to, and was not believed before the policy was looked for.',
      meta: { refs: ['CHOICE-22'] },
      entry: judge(judgements.judgeDeniedAgain),
      always: { target: 'concluded' },
    },
    awaitingHost: {
      description: 'One candidate, in a run of its own: nothing that was learned about another one is in it.',
      meta: { refs: ['DANE-2.2.1-1', 'STS-8.4-1', 'CHOICE-6'] },
      entry: ask(asks.askHost),
      on: {
        'host.run.answered': {
          target: 'judgingHost',
          actions: on<AnsweredBy<'host.run'>>(answers.learnHost),
        },
      },
    },
    judgingHost: {
      description: 'Whether somebody still waits for the message, and somebody is left to take it.',
      meta: { refs: ['CHOICE-15', 'STS-5.1-2'] },
      entry: judge(judgements.judgeHost),
      always: [{ guard: 'mustTry', target: 'awaitingHost' }, { target: 'concluded' }],
    },
    judgingStop: {
      description: 'Whoever stops an attempt has no answer, and so learns nothing from it.',
      meta: { refs: ['CHOICE-18'] },
      entry: judge(judgements.judgeStop),
      always: { target: 'concluded' },
    },
    concluded: { type: 'final' },
  },
});
