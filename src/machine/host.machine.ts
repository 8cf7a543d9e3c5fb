/*
 * One mail server, from its name to a message taken, or a reason why not.
 *
 * Theory of operation. First everything that can be known without a connection is asked, in this order and never ahead of
 * it: the addresses, the alias they were found through where that matters, the TLSA records. Then one plan joins all demands
 * (judgingPlan), and only then is anything dialled. A session goes greeting, EHLO, STARTTLS, handshake, inspection,
 * EHLO again, with a relay AUTH, then transactions, until everybody was named; after each answer stands one judgement. Whatever was learned before TLS is dropped when TLS
 * stands (`keywords` is overwritten). Every way out of an open connection leads through `leaving`, which says QUIT;
 * what comes behind it (the end, the next address, the same address in clear) was decided before. Being stopped ends
 * the run from every state, without a farewell: the connection waits for a reply that nobody waits for any more.
 *
 * Nothing here weighs evidence; src/policy does. To change an answer, change a table. To change an order, change
 * this file.
 */
import { setup } from 'xstate';
import type { Aborted, Answered, AnsweredBy, Effect } from '../effects/catalog.js';
import type { StopMoment } from '../policy/attempt/stop.table.js';
import type { HostInput, HostResult } from '../policy/host/types.js';
import type { RequirementId } from '../policy/kernel/requirement-id.js';
import { withinDeadline } from './deadline.js';
import * as answers from './host.answers.js';
import * as asks from './host.asks.js';
import { copyHost, type HostContext, startHost } from './host.context.js';
import * as planning from './host.plan-judgements.js';
import { resultOf } from './host.result.js';
import * as session from './host.session-judgements.js';
import { type Boxed, stepsOf } from './steps.js';

const { ask, judge, on } = stepsOf(copyHost, withinDeadline);

/** What is asked is not waited for any more. */
const stopped = (during: StopMoment) =>
  ({ target: 'judgingStop', actions: on<Aborted>(() => ({ stoppedDuring: during })) }) as const;

const base = setup({
  types: {} as {
    input: HostInput;
    context: Boxed<HostContext>;
    events: Answered;
    emitted: Effect;
    meta: { readonly refs: readonly RequirementId[] };
    output: HostResult;
  },
  guards: {
    isLiteral: ({ context: { run } }) => planning.isAddress(run.input.candidate),
    isUnreachable: ({ context: { run } }) => run.end !== null,
    mustLearnAlias: ({ context: { run } }) => run.next === 'learn-alias',
    mustAskTlsa: ({ context: { run } }) => run.next === 'ask-tlsa',
    mustConnect: ({ context: { run } }) => run.next === 'connect',
    mustLeave: ({ context: { run } }) => run.next === 'leave',
    mustSayHelo: ({ context: { run } }) => run.next === 'say-helo',
    mustStartTls: ({ context: { run } }) => run.next === 'start-tls',
    mustShakeHands: ({ context: { run } }) => run.next === 'shake-hands',
    mustInspect: ({ context: { run } }) => run.next === 'inspect',
    mustHearGreeting: ({ context: { run } }) => run.next === 'hear-greeting',
    mustAuthenticate: ({ context: { run } }) => run.next === 'authenticate',
    mustSend: ({ context: { run } }) => run.next === 'send',
  },
});

/** RFC 3207, RFC 7672, RFC 8461, RFC 8689, as seen by one host. */
export const hostMachine = base.createMachine({
  id: 'host',
  context: ({ input }) => ({ run: startHost(input) }),
  output: ({ context }) => resultOf(context.run),
  initial: 'starting',
  states: {
    starting: {
      description: 'An address literal has no name to look anything up by.',
      meta: { refs: ['DANE-2.2-7', 'CHOICE-15'] },
      always: [{ guard: 'isLiteral', target: 'judgingAddresses' }, { target: 'awaitingAddresses' }],
    },
    awaitingAddresses: {
      description: 'Before any TLSA query, which only makes sense below a signed zone.',
      meta: { refs: ['DANE-2.2.2-1'] },
      entry: ask(asks.askAddresses),
      on: {
        aborted: stopped('lookup'),
        'dns.addresses.answered': {
          target: 'judgingAddresses',
          actions: on<AnsweredBy<'dns.addresses'>>(answers.learnAddressAnswer),
        },
      },
    },
    judgingAddresses: {
      description: 'Whom to dial, and below which names TLSA records may stand.',
      meta: { refs: ['DANE-2.2.2-4', 'DANE-2.2.2-6', 'X-13'] },
      entry: judge(planning.judgeAddresses),
      always: [
        { guard: 'isUnreachable', target: 'concluded' },
        { guard: 'mustLearnAlias', target: 'awaitingAlias' },
        { guard: 'mustAskTlsa', target: 'awaitingTlsa' },
        { target: 'judgingPlan' },
      ],
    },
    awaitingAlias: {
      description:
        'Whether the first alias of the host is secure, which an insecure answer as a whole does not tell.',
      meta: { refs: ['DANE-2.1.3-3', 'DANE-2.2.2-5'] },
      entry: ask(asks.askAlias),
      on: {
        aborted: stopped('lookup'),
        'dns.cname.answered': {
          target: 'judgingAlias',
          actions: on<AnsweredBy<'dns.cname'>>(answers.learnAlias),
        },
      },
    },
    judgingAlias: {
      entry: judge(planning.judgeAlias),
      always: [{ guard: 'mustAskTlsa', target: 'awaitingTlsa' }, { target: 'judgingPlan' }],
    },
    awaitingTlsa: {
      description: 'Asked before connecting, so that a failed lookup never reaches the wire.',
      meta: { refs: ['DANE-2.1.2-3', 'DANE-2.2.3-1', 'DANE-2.2.3-7'] },
      entry: ask(asks.askTlsa),
      on: {
        aborted: stopped('lookup'),
        'dns.tlsa.answered': {
          target: 'judgingTlsa',
          actions: on<AnsweredBy<'dns.tlsa'>>(answers.learnTlsaAnswer),
        },
      },
    },
    judgingTlsa: {
      entry: judge(planning.judgeTlsa),
      always: [{ guard: 'mustAskTlsa', target: 'awaitingTlsa' }, { target: 'judgingPlan' }],
    },
    judgingPlan: {
      description: 'All demands, joined. Nothing has been dialled yet.',
      meta: { refs: ['X-1', 'DANE-10-1', 'STS-8.4-1'] },
      entry: judge(planning.judgePlan),
      always: [{ guard: 'isUnreachable', target: 'concluded' }, { target: 'awaitingConnection' }],
    },
    awaitingConnection: {
      meta: { refs: ['SMTP-5.1-9'] },
      entry: [judge(session.openSession), ask(asks.askConnection)],
      on: {
        aborted: stopped('connection'),
        'smtp.connect.answered': {
          target: 'judgingConnection',
          actions: on<AnsweredBy<'smtp.connect'>>(answers.learnConnection),
        },
      },
    },
    judgingConnection: {
      entry: judge(session.judgeConnection),
      always: [
        { guard: 'mustLeave', target: 'leaving' },
        { guard: 'isUnreachable', target: 'concluded' },
        { guard: 'mustConnect', target: 'awaitingConnection' },
        { guard: 'mustShakeHands', target: 'awaitingHandshake' },
        { target: 'awaitingHello' },
      ],
    },
    awaitingHello: {
      meta: { refs: ['SMTP-2.2.1-1', 'SMTP-4.1.1.1-1'] },
      entry: ask(asks.askHello),
      on: {
        aborted: stopped('dialogue'),
        'smtp.hello.answered': {
          target: 'judgingHello',
          actions: on<AnsweredBy<'smtp.hello'>>(answers.learnHello),
        },
      },
    },
    judgingHello: {
      description: 'Whether to start TLS, stay in clear, or leave.',
      meta: { refs: ['STLS-6-2', 'STS-5-1'] },
      entry: judge(session.judgeHello),
      always: [
        { guard: 'mustSayHelo', target: 'awaitingHello' },
        { guard: 'mustLeave', target: 'leaving' },
        { guard: 'mustStartTls', target: 'awaitingStartTls' },
        { target: 'judgingAuth' },
      ],
    },
    awaitingStartTls: {
      meta: { refs: ['STLS-4-1'] },
      entry: ask(asks.askStartTls),
      on: {
        aborted: stopped('dialogue'),
        'smtp.starttls.answered': {
          target: 'judgingStartTls',
          actions: on<AnsweredBy<'smtp.starttls'>>(answers.learnStartTls),
        },
      },
    },
    judgingStartTls: {
      meta: { refs: ['STLS-4-2', 'STLS-4-5'] },
      entry: judge(session.judgeStartTls),
      always: [{ guard: 'mustShakeHands', target: 'awaitingHandshake' }, { target: 'judgingTlsOutcome' }],
    },
    awaitingHandshake: {
      meta: { refs: ['STS-7.1-1', 'DANE-8.1-1'] },
      entry: ask(asks.askHandshake),
      on: {
        aborted: stopped('dialogue'),
        'tls.handshake.answered': {
          target: 'judgingTlsOutcome',
          actions: on<AnsweredBy<'tls.handshake'>>(answers.learnHandshake),
        },
      },
    },
    judgingTlsOutcome: {
      description: 'Go on under TLS, come back in clear, or leave.',
      meta: { refs: ['STLS-4-3', 'DANE-2.2-4', 'CHOICE-8'] },
      entry: judge(session.judgeTlsOutcome),
      always: [{ guard: 'mustInspect', target: 'awaitingInspection' }, { target: 'leaving' }],
    },
    awaitingInspection: {
      meta: { refs: ['STLS-4.1-1'] },
      entry: ask(asks.askInspection),
      on: {
        aborted: stopped('dialogue'),
        'peer.inspect.answered': {
          target: 'judgingPeer',
          actions: on<AnsweredBy<'peer.inspect'>>(answers.learnPeer),
        },
      },
    },
    judgingPeer: {
      description: 'Whether the peer is who it must be, before anything is said to it.',
      meta: { refs: ['DANE-3.2-1', 'STS-4.2-1', 'STS-4.2-2', 'STLS-4.1-2'] },
      entry: judge(session.judgePeer),
      always: [
        { guard: 'mustLeave', target: 'leaving' },
        { guard: 'mustHearGreeting', target: 'awaitingGreeting' },
        { target: 'awaitingHelloAgain' },
      ],
    },
    awaitingGreeting: {
      description: 'Where TLS came first, the greeting comes under it.',
      meta: { refs: ['AUTH-8314-1'] },
      entry: ask(asks.askGreeting),
      on: {
        aborted: stopped('dialogue'),
        'smtp.greeting.answered': {
          target: 'judgingGreeting',
          actions: on<AnsweredBy<'smtp.greeting'>>(answers.learnGreeting),
        },
      },
    },
    judgingGreeting: {
      entry: judge(session.judgeGreeting),
      always: [{ guard: 'mustLeave', target: 'leaving' }, { target: 'awaitingHelloAgain' }],
    },
    awaitingHelloAgain: {
      description: 'What was offered before TLS is forgotten.',
      meta: { refs: ['STLS-4.2-1', 'STLS-4.2-2', 'RTLS-2-5'] },
      entry: ask(asks.askHello),
      on: {
        aborted: stopped('dialogue'),
        'smtp.hello.answered': {
          target: 'judgingHelloAgain',
          actions: on<AnsweredBy<'smtp.hello'>>(answers.learnHello),
        },
      },
    },
    judgingHelloAgain: {
      entry: judge(session.judgeHelloAgain),
      always: [{ guard: 'mustLeave', target: 'leaving' }, { target: 'judgingAuth' }],
    },
    judgingAuth: {
      description: 'Whether a relay wants to know who we are, and by which mechanism we may say it.',
      meta: { refs: ['AUTH-4-1', 'AUTH-4-2', 'AUTH-14-1'] },
      entry: judge(session.judgeAuth),
      always: [
        { guard: 'mustAuthenticate', target: 'awaitingAuth' },
        { guard: 'mustLeave', target: 'leaving' },
        { target: 'judgingMessage' },
      ],
    },
    awaitingAuth: {
      meta: { refs: ['AUTH-4-1', 'AUTH-4-8'] },
      entry: ask(asks.askAuth),
      on: {
        aborted: stopped('dialogue'),
        'smtp.auth.answered': {
          target: 'judgingAuthAnswer',
          actions: on<AnsweredBy<'smtp.auth'>>(answers.learnAuth),
        },
      },
    },
    judgingAuthAnswer: {
      description: 'Whether the relay knows us, and has shown to be the relay.',
      meta: { refs: ['AUTH-6-1', 'SCRAM-5-1'] },
      entry: judge(session.judgeAuthAnswer),
      always: [{ guard: 'mustLeave', target: 'leaving' }, { target: 'judgingMessage' }],
    },
    judgingMessage: {
      description: 'Whether this server may and can have this message.',
      meta: { refs: ['RTLS-4.2.1-4', 'SIZE-7-1', 'U8-3.2-2'] },
      entry: judge(session.judgeMessage),
      always: [{ guard: 'mustSend', target: 'awaitingTransaction' }, { target: 'leaving' }],
    },
    awaitingTransaction: {
      meta: { refs: ['SMTP-3.3-1', 'PIPE-3.1-1', 'RTLS-4.2.1-11'] },
      entry: ask(asks.askTransaction),
      on: {
        aborted: stopped('dialogue'),
        'smtp.send.answered': {
          target: 'judgingTransaction',
          actions: on<AnsweredBy<'smtp.send'>>(answers.learnTransaction),
        },
      },
    },
    judgingTransaction: {
      description:
        'What each reply means for each recipient, and whether the rest goes in another transaction.',
      meta: { refs: ['SMTP-4.2-1', 'CHOICE-15', 'SMTP-4.5.3.1.10-1', 'LIMITS-4.2-1'] },
      entry: judge(session.judgeTransaction),
      always: [{ guard: 'mustSend', target: 'awaitingTransaction' }, { target: 'leaving' }],
    },
    leaving: {
      meta: { refs: ['SMTP-4.1.1.10-1', 'STLS-4.1-2'] },
      entry: ask(asks.askQuit),
      on: {
        'smtp.quit.answered': { target: 'left', actions: on<AnsweredBy<'smtp.quit'>>(answers.learnLeft) },
      },
    },
    left: {
      always: [{ guard: 'mustConnect', target: 'awaitingConnection' }, { target: 'concluded' }],
    },
    judgingStop: {
      description: 'What was cut short is no answer: no host is blamed for it, and nothing is counted.',
      meta: { refs: ['CHOICE-18'] },
      entry: judge(session.judgeStop),
      always: { target: 'concluded' },
    },
    concluded: { type: 'final' },
  },
});
