import { type Decision, decide, defineTable } from '../kernel/table.js';
import type { Settings } from '../settings.js';
import type { MessageFacts } from './message.js';

// biome-ignore format: a table
export const messageKind = defineTable({
  name: 'message-kind',
  about: 'What a message itself says about TLS (RFC 8689). The tag and the header field exclude each other; the tag wins.',
  inputs: {
    requireTls: ['yes', 'no'],
    sender: ['null', 'given'],
    tlsRequired: ['no', 'absent', 'invalid'],
    setting: ['honour', 'ignore'],
  },
  verdicts: ['requires-tls', 'prefers-requiretls', 'tls-optional', 'ordinary'],
})([
  { id: 'MSG-1', when: { requireTls: 'yes', sender: 'given' },                        then: 'requires-tls',
    why: 'The sender would rather have the message back than see it travel unprotected.', refs: ['RTLS-4.2.1-1', 'RTLS-4.1-3', 'X-5'] },
  { id: 'MSG-2', when: { requireTls: 'yes', sender: 'null' },                         then: 'prefers-requiretls',
    why: 'A bounce goes out with the keyword where a host offers it, and without it rather than not at all.', refs: ['RTLS-5-5', 'RTLS-4.2.1-1'] },
  { id: 'MSG-3', when: { requireTls: 'no', tlsRequired: 'no', setting: 'honour' },    then: 'tls-optional',
    why: 'The sender would rather have the message delivered than protected.', refs: ['RTLS-3-2', 'RTLS-4.2.2-1', 'CHOICE-9'] },
  { id: 'MSG-4', when: { requireTls: 'no', tlsRequired: 'no', setting: 'ignore' },    then: 'ordinary',
    why: 'The operator does not let senders override policies.', refs: ['RTLS-3-5'] },
  { id: 'MSG-5', when: { requireTls: 'no', tlsRequired: ['absent', 'invalid'] },      then: 'ordinary',
    why: 'The message bears no tag, and not the one field of the one defined value that would ask for less protection.', refs: ['RTLS-3-1', 'RTLS-3-4'] },
]);

export type MessageKind = (typeof messageKind.verdicts)[number];

/** What the message says about TLS. */
export function judgeMessage(
  message: MessageFacts,
  setting: Settings['tlsRequiredNo'],
): Decision<MessageKind> {
  return decide(messageKind, {
    requireTls: message.requireTls,
    sender: message.sender === '' ? 'null' : 'given',
    tlsRequired: message.tlsRequired,
    setting,
  });
}
