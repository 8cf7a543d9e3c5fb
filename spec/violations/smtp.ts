import type { Violations } from './violation.js';

const stuffing = 'src/adapters/node/smtp/dot-stuffing.ts';
const reader = 'src/adapters/node/smtp/reply-reader.ts';
const transaction = 'src/adapters/node/smtp/transaction.ts';
const session = 'src/adapters/node/smtp/smtp-session.ts';
const ehlo = 'src/policy/smtp/ehlo.ts';
const mx = 'src/policy/mx/discover.ts';

/** The dialogue and the order of hosts (RFC 5321, RFC 2920). */
export const smtp: Violations = {
  'SMTP-2.3.8-1': { file: stuffing, find: 'if (octet === LF && last !== CR) return INSERTS.CR;', put: '' },
  'SMTP-4.1.1.4-1': {
    file: stuffing,
    find: "const begun = this.#last === LF ? '' : this.#last === CR ? '\\n' : '\\r\\n';",
    put: "const begun = '\\r\\n';",
  },
  'SMTP-4.1.1.10-1': { file: session, find: "socket.end('QUIT\\r\\n', sent);", put: 'socket.end(sent);' },
  'SMTP-4.1.4-1': {
    file: 'src/machine/host.asks.ts',
    find: "context.transaction?.end === null ? { reset: 'yes' as const } : {}",
    put: 'context.transaction?.end === null ? {} : {}',
  },
  'SMTP-4.2-2': { file: reader, find: 'const mark = end === start + 3 ? SPACE :', put: 'const mark =' },
  'SMTP-4.2.1-3': { file: reader, find: "return mark === HYPHEN ? 'more' : 'last';", put: "return 'last';" },
  'SMTP-4.4-1': {
    file: 'src/policy/smtp/submitted-header.ts',
    find: "new Set(['bcc', 'resent-bcc', 'return-path'])",
    put: "new Set(['bcc', 'resent-bcc', 'return-path', 'received'])",
  },
  'SMTP-4.5.2-1': {
    file: stuffing,
    find: 'return octet === DOT && last === LF ? INSERTS.DOT : null;',
    put: 'return null;',
  },
  'SMTP-5.1-11': { file: mx, find: 'a.draw - b.draw ||', put: '' },
  'PIPE-3.1-1': {
    file: 'src/machine/host.asks.ts',
    find: "context.keywords.has('PIPELINING') ? 'yes' : 'no'",
    put: "'yes'",
  },
  'SMTP-2.2.3-1': { row: 'FIT-3', says: 'send' },
  'SMTP-3.3-1': {
    file: transaction,
    find: 'if (draft.data === null || codeOf(draft.data) !== START_OF_MESSAGE) {',
    put: 'if (draft.data === null) {',
  },
  'SMTP-3.8-2': { row: 'REPLY-4', says: 'bounce' },
  'SMTP-4.1.1.1-2': {
    file: ehlo,
    find: 'text.slice(0, lengthOfKeyword(text)).toUpperCase()',
    put: 'text.slice(0, lengthOfKeyword(text))',
  },
  'SMTP-4.2-1': {
    file: 'src/policy/smtp/reply.ts',
    find: 'switch (code === null ? 4 : hundreds(code)) {',
    put: 'switch (code === null || code > 559 ? 4 : hundreds(code)) {',
  },
  'SMTP-4.2.1-1': { row: 'END-5', says: 'bounce as replied' },
  'SMTP-4.2.1-2': { row: 'REPLY-5', says: 'next-host' },
  'SMTP-4.2.5-2': { row: 'REPLY-5', says: 'next-host' },
  'SMTP-4.3.2-1': {
    file: 'src/policy/smtp/reply.ts',
    find: 'switch (code === null ? 4 : hundreds(code)) {',
    put: 'switch (code === null || code === 459 ? 5 : hundreds(code)) {',
  },
  'SMTP-4.5.3.1.10-1': {
    file: 'src/policy/host/transaction.ts',
    find: 'codeOf(reply) === 552 && accepted > 0',
    put: 'codeOf(reply) === 552 && accepted < 0',
  },
  'SIZE-6.4-1': {
    file: 'src/policy/host/transaction.ts',
    find: 'codeOf(reply) === 552 && accepted > 0',
    put: 'codeOf(reply) === 552',
  },
  'SMTP-4.5.3.2-1': {
    file: 'src/adapters/node/smtp/dialogue.ts',
    find: 'this.#isExtended = false;\n    this.allow(deadlineMs);',
    put: 'this.#isExtended = false;\n    this.allow(3_600_000);',
  },
  'SMTP-4.5.4.1-7': {
    file: 'src/machine/host.asks.ts',
    find: 'recipients: context.named.map((place) => context.input.recipients[place]!),',
    put: 'recipients: context.named.slice(0, 1).map((place) => context.input.recipients[place]!),',
  },
  'PIPE-3.1-2': {
    file: transaction,
    find: 'draft.recipients[index] = await exchange(command, recipientMs);',
    put: 'draft.recipients[ask.recipients.length - 1 - index] = await exchange(command, recipientMs);',
  },
  'PIPE-3.1-3': {
    file: transaction,
    find: "draft.end = hear(await dialogue.command('.\\r\\n', endOfDataMs));",
    put: 'return draft;',
  },
  'RC-4-1': { row: 'REPLY-5', says: 'next-host' },
  'NULLMX-4.1-3': { row: 'REPLY-5', says: 'next-host' },
  'ESC-2034-4-1': {
    file: 'src/policy/smtp/enhanced-status.ts',
    find: 'parts !== null && `${parts[1]}yz` === classOf(reply) ?',
    put: 'parts !== null ?',
  },
  'RTLS-2-2': { row: 'KEY-6', says: 'send-keyword' },
  'RTLS-3-1': {
    file: 'src/policy/require-tls/header.ts',
    find: 'return values.length === 1 &&',
    put: 'return values.length >= 1 &&',
  },
  'RTLS-4.2.1-8': { row: 'KEY-2', says: 'send-without' },
  'RTLS-5-4': {
    file: 'src/machine/host.asks.ts',
    find: 'sender: context.input.message.sender,',
    put: "sender: context.input.message.sender || 'postmaster@sender.example',",
  },
  'SMTP-5.1-10': { file: 'src/policy/mx/discover.ts', find: 'a.preference - b.preference ||', put: '' },
  'SMTP-2.3.5-1': {
    file: 'src/effects/codecs/settings.codec.ts',
    find: "isHostName(text) && text.includes('.')",
    put: 'isHostName(text)',
  },
  'SMTP-2.4-1': {
    file: 'src/policy/names/mailbox.ts',
    find: 'address: `${local}@${name}`',
    put: 'address: `${local.toLowerCase()}@${name}`',
  },
  'SMTP-4.1.1-1': { file: transaction, find: "data: 'DATA\\r\\n',", put: "data: 'DATA x\\r\\n'," },
  'SMTP-4.1.1.1-1': {
    file: 'src/machine/host.machine.ts',
    find: "{ target: 'awaitingHello' },",
    put: "{ target: 'awaitingTransaction' },",
  },
  // A source route is a mailbox whose local part may hold what stands before the last "@".
  'SMTP-4.1.1.3-1': {
    file: 'src/policy/names/mailbox.ts',
    find: '[^\\s"(),:;<>@[\\\\\\]\\p{Cc}\\p{Surrogate}\\u2028\\u2029]+|"',
    put: '[^\\s"(),;<>[\\\\\\]\\p{Cc}\\p{Surrogate}\\u2028\\u2029]+|"',
  },
  'SMTP-4.2-3': {
    file: 'src/adapters/node/smtp/reply-reader.ts',
    find: 'code >= 200 && code <= 599',
    put: 'code >= 100',
  },
  'SMTP-4.5.3.1-1': {
    file: 'src/policy/names/mailbox.ts',
    find: 'local.length > 256 ||',
    put: 'local.length > 600 ||',
  },
  'SMTP-4.1.2-1': {
    file: 'src/policy/names/mailbox.ts',
    find: '[^\\s"(),:;<>@[\\\\\\]\\p{Cc}',
    put: '[^\\s"(),:;<>@[\\\\\\]',
  },
  'SMTP-4.1.4-2': {
    file: session,
    find: "socket.end('QUIT\\r\\n', sent);",
    put: "socket.end('QUIT\\r\\nNOOP\\r\\n', sent);",
  },
  'DANE-2.2.1-7': {
    file: 'src/machine/attempt.result.ts',
    find: "mxSecurity: context.mx?.kind === 'secure' ? 'secure' : 'insecure',",
    put: "mxSecurity: 'secure',",
  },
  'U8-3.7.1-1': {
    file: 'src/effects/codecs/settings.codec.ts',
    find: "isHostName(text) && text.includes('.')",
    put: "text.includes('.')",
  },
  'U8-3.7.4-1': { file: reader, find: "toString('utf8', Math.min", put: "toString('ascii', Math.min" },
  'RTLS-4.3-2': {
    file: 'src/policy/smtp/submitted-header.ts',
    find: "&& !(saysNo && name === 'tls-required')",
    put: '',
  },
  'SMTP-5.1-13': { file: mx, find: 'preference < own);', put: 'preference <= own);' },
};
