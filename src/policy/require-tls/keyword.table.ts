import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const requireTlsKeyword = defineTable({
  name: 'requiretls-keyword',
  about: 'Whether MAIL carries REQUIRETLS, from the EHLO reply after TLS alone; what was offered before TLS does not count (RFC 8689, Section 4.2.1).',
  inputs: {
    message: ['requires-tls', 'prefers-requiretls', 'tls-optional', 'ordinary'],
    tls: ['yes', 'no'],
    keyword: ['offered', 'missing'],
  },
  verdicts: ['send-keyword', 'send-without', 'give-up'],
})([
  { id: 'KEY-1', when: { message: 'requires-tls', tls: 'yes', keyword: 'offered' },        then: 'send-keyword',
    why: 'The next hop takes over the promise.', refs: ['RTLS-4.2.1-11', 'RTLS-2-5'] },
  { id: 'KEY-2', when: { message: 'requires-tls', tls: 'yes', keyword: 'missing' },        then: 'give-up',
    why: 'The next hop would not keep the promise.', refs: ['RTLS-4.2.1-4', 'RTLS-2-5', 'RTLS-4.2.1-6'] },
  { id: 'KEY-3', when: { message: 'requires-tls', tls: 'no' },                             then: 'give-up',
    why: 'The promise is TLS.', refs: ['RTLS-2-2'] },
  { id: 'KEY-4', when: { message: 'prefers-requiretls', tls: 'yes', keyword: 'offered' },  then: 'send-keyword',
    why: 'A bounce is protected like the message it speaks of, where that can be had.', refs: ['RTLS-5-1'] },
  { id: 'KEY-5', when: { message: 'prefers-requiretls', tls: 'yes', keyword: 'missing' },  then: 'send-without',
    why: 'A bounce is not dropped because the next hop cannot protect it.', refs: ['RTLS-5-5'] },
  { id: 'KEY-6', when: { message: 'prefers-requiretls', tls: 'no' },                       then: 'send-without',
    why: 'The keyword has no meaning without TLS.', refs: ['RTLS-2-2', 'RTLS-5-5'] },
  { id: 'KEY-7', when: { message: ['tls-optional', 'ordinary'] },                          then: 'send-without',
    why: 'The message does not ask for it.', refs: ['RTLS-2-2'] },
]);
