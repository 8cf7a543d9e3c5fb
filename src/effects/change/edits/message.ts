/* The message and the settings of the sender's side. */
import type { AttemptInput } from '../../../policy/attempt/types.js';
import { type DestinationRule, ruleFor } from '../../../policy/local/destination.js';
import type { Settings } from '../../../policy/settings.js';
import { domainOf, type Edit, editOfInput, type Supposed } from '../edit.js';

/** What would let a message through, on our own side. */
export function ownEdits({ input }: Supposed): readonly Edit[] {
  return [...messageEdits(input), ...parkedEdits(input), ...ruleEdits(input), ...settingEdits(input)];
}

const withMessage =
  (message: Partial<AttemptInput['message']>) =>
  (input: AttemptInput): AttemptInput => ({ ...input, message: { ...input.message, ...message } });

function messageEdits({ message }: AttemptInput): readonly Edit[] {
  const edits: Edit[] = [];
  if (message.requireTls === 'yes')
    edits.push(
      editOfInput(
        {
          ...{ key: 'message requiretls', by: 'sender', kind: 'concession' },
          says: 'Send the message without REQUIRETLS.',
        },
        withMessage({ requireTls: 'no' }),
      ),
    );
  else if (message.tlsRequired !== 'no')
    edits.push(
      editOfInput(
        {
          ...{ key: 'message tls-optional', by: 'sender', kind: 'concession' },
          says: 'Add the header field "TLS-Required: No" to the message.',
        },
        withMessage({ tlsRequired: 'no' }),
      ),
    );
  if (message.utf8 === 'needed')
    edits.push(
      editOfInput(
        {
          ...{ key: 'message utf8', by: 'sender', kind: 'repair' },
          says: 'Send the message with addresses and header fields in ASCII.',
        },
        withMessage({ utf8: 'not-needed' }),
      ),
    );
  return edits;
}

/** Whoever is left alone for a while is tried again, and the operator may have mended by then what was refused. */
function parkedEdits({ transport }: AttemptInput): readonly Edit[] {
  if (transport?.parked !== 'yes') return [];
  return [
    editOfInput(
      {
        ...{ key: 'transport parked', by: 'operator', kind: 'repair' },
        says: `See that the relay of the transport "${transport.name}" knows us; it is tried again by itself within minutes.`,
      },
      ({ transport: { parked: _, ...chosen } = transport, ...input }) => ({ ...input, transport: chosen }),
    ),
  ];
}

function ruleEdits(input: AttemptInput): readonly Edit[] {
  const rule = ruleFor(input.destination, input.settings.destinations, input.startedAt);
  if (rule === null || rule.demand === 'none') return [];
  return [
    editOfInput(
      {
        ...{ key: 'rule none', by: 'operator', kind: 'concession' },
        says: `Take the demand "${rule.demand}" out of the rule for "${rule.destination}".`,
      },
      (before) => withRules(before, [...others(before, rule), { ...rule, demand: 'none' }]),
    ),
  ];
}

function others({ settings }: AttemptInput, rule: DestinationRule): readonly DestinationRule[] {
  return settings.destinations.filter((each) => each !== rule);
}

function withRules(input: AttemptInput, destinations: readonly DestinationRule[]): AttemptInput {
  return { ...input, settings: { ...input.settings, destinations } };
}

/** The word of each setting that lets more mail through, and what is given up by it. */
const LAXEST = {
  whenDanePasses: [
    'skip-pkix',
    'where DANE authenticates a host, its certificate need not pass the MTA-STS policy',
  ],
  halfDane: ['ignore', 'TLSA records of hosts that an unsigned MX record named bind no more'],
  stsLookupFailure: ['proceed', 'mail goes out although it is not known whether there is an MTA-STS policy'],
  cleartextRetry: ['at-once', 'mail goes out in clear where TLS is broken and nobody demands it'],
  tlsRequiredNo: ['honour', 'a message may set the policies of its recipients aside'],
  requireTlsTestingPolicy: ['accept', 'a policy in testing mode may name the hosts for REQUIRETLS'],
  withoutEightBitMime: ['send', 'mail beyond ASCII is sent as it is to servers that do not offer 8BITMIME'],
  requireTlsSecureMx: ['accept', 'MX records that DNSSEC validates may name the hosts for REQUIRETLS'],
  privateAddresses: ['allow', 'hosts at loopback and private addresses may be connected to'],
} as const satisfies { readonly [K in keyof Settings]?: readonly [Settings[K], string] };

function settingEdits({ settings }: AttemptInput): readonly Edit[] {
  return (Object.keys(LAXEST) as (keyof typeof LAXEST)[]).flatMap((name) => {
    const [word, meaning] = LAXEST[name];
    if (settings[name] === word) return [];
    return [
      editOfInput(
        {
          ...{ key: `setting ${name}`, by: 'operator', kind: 'concession' },
          says: `Set ${name} to "${word}": ${meaning}.`,
        },
        (input) => ({ ...input, settings: { ...input.settings, [name]: word } }),
      ),
    ];
  });
}

/** What would stop a message that goes through: who would have to ask for more. */
export function stoppingEdits({ input }: Supposed): readonly Edit[] {
  const { destination, message } = input;
  const edits: Edit[] = [];
  if (message.requireTls === 'no')
    edits.push(
      editOfInput(
        {
          ...{ key: 'message requiretls', by: 'sender', kind: 'repair' },
          says: 'Send the message under REQUIRETLS.',
        },
        withMessage({ requireTls: 'yes' }),
      ),
    );
  const rule = ruleFor(destination, input.settings.destinations, input.startedAt);
  const name = destination.kind === 'domain' ? destination.name : '*';
  for (const demand of ['encrypt', 'verify', 'dane'] as const) {
    const stricter: DestinationRule = {
      ...{ owner: 'the operator', reason: 'supposed', expiresAt: null },
      ...rule,
      ...{ destination: name, demand },
    };
    edits.push(
      editOfInput(
        {
          ...{ key: `rule ${demand}`, by: 'operator', kind: 'repair' },
          says: `Demand "${demand}" in a rule for "${domainOf(input)}".`,
        },
        (before) =>
          withRules(before, [
            ...(rule === null ? before.settings.destinations : others(before, rule)),
            stricter,
          ]),
      ),
    );
  }
  return edits;
}
