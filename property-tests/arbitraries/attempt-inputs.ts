import fc from 'fast-check';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import { someMessageFacts } from './message-facts.js';
import { someSettings } from './settings.js';
import { aPublicIpv4, aPublicIpv6, DOMAIN, LITERAL, MX_NAMES, NOW, weighted } from './universe.js';

export const someRecipients: fc.Arbitrary<readonly string[]> = weighted<readonly string[]>(
  [6, ['x@a.example']],
  [3, ['x@a.example', 'y@a.example']],
  [1, ['x@a.example', 'y@a.example', 'z@a.example']],
);

/** Of a message; see {@link aPolicyInput} for attempts without one. */
type MessageInput = AttemptInput & { readonly purpose: 'deliver' | 'explain' };

export const anAttemptInput: fc.Arbitrary<MessageInput> = fc.record({
  startedAt: fc.constant(NOW),
  attempt: weighted([3, 1], [1, 2], [1, 3]),
  destination: weighted<AttemptInput['destination']>(
    [40, { kind: 'domain', name: DOMAIN }],
    [1, { kind: 'literal', address: LITERAL }],
    [1, { kind: 'literal', address: '10.0.0.1' }],
  ),
  recipients: someRecipients,
  message: someMessageFacts,
  settings: someSettings,
  dialled: weighted([4, false], [1, true]).chain((before) =>
    before
      ? fc
          .array(fc.oneof(aPublicIpv4, aPublicIpv6), { maxLength: 2 })
          .map((addresses) => ({ [MX_NAMES[0]]: addresses }))
      : fc.constant({} as Readonly<Record<string, readonly string[]>>),
  ),
  purpose: weighted<MessageInput['purpose']>([12, 'deliver'], [1, 'explain']),
});

/** Of an attempt that ends with the policy, drawn over all that an input may hold. */
export const aPolicyInput: fc.Arbitrary<AttemptInput> = fc
  .tuple(anAttemptInput, fc.constantFrom('learn-policy', 'refresh-policy'))
  .map(([input, purpose]) => ({ ...input, purpose }));
