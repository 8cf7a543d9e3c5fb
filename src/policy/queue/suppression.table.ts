import { type Decision, decide, defineTable } from '../kernel/table.js';
import type { RecipientEnd } from './turn.js';

// biome-ignore format: a table
export const suppressAfter = defineTable({
  name: 'suppress-after',
  about: 'Whether an address is put on the suppression list because of how a message to it has ended. `gone`: there is no such mailbox or domain, or it takes no mail any more (X.1.1, X.1.2, X.1.6, X.1.10, X.2.1).',
  inputs: {
    setting: ['off', 'on'],
    end: ['bounced', 'other'],
    cause: ['gone', 'other'],
  },
  verdicts: ['suppress', 'leave'],
})([
  { id: 'SUP-1', when: { setting: 'on', end: 'bounced', cause: 'gone' },   then: 'suppress',
    why: 'Whoever goes on sending to nobody is taken for one who bought his addresses.', refs: ['SMTP-4.2.1-2'] },
  { id: 'SUP-2', when: { setting: 'on', end: 'bounced', cause: 'other' },  then: 'leave',
    why: 'What was refused is this message or this sender, and the next one may be taken.', refs: ['SMTP-4.5.4.1-6'] },
  { id: 'SUP-3', when: { setting: 'on', end: 'other' },                    then: 'leave',
    why: 'Nobody has said that there is no such address.', refs: ['SMTP-4.2.1-1'] },
  { id: 'SUP-4', when: { setting: 'off' },                                 then: 'leave',
    why: 'Who may be written to is for the operator to say.', refs: ['SMTP-4.2.1-2'] },
]);

const GONE: ReadonlySet<string> = new Set(['5.1.1', '5.1.2', '5.1.6', '5.1.10', '5.2.1']);

/** `status`: the last one of that recipient; null: none. Total. */
export function judgeSuppression(
  setting: 'off' | 'on',
  end: RecipientEnd | null,
  status: string | null,
): Decision<'suppress' | 'leave'> {
  return decide(suppressAfter, {
    setting,
    end: end === 'bounced' ? 'bounced' : 'other',
    cause: status !== null && GONE.has(status) ? 'gone' : 'other',
  });
}
