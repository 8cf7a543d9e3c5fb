import type { Violations } from './violation.js';

const status = 'src/policy/dsn/status-part.ts';
const compose = 'src/policy/dsn/compose-notice.ts';
const turns = 'src/policy/queue/judge-turn.ts';
const notices = 'src/services/queue/notices.ts';
const request = 'src/policy/dsn/request.ts';

/** The queue (RFC 5321, Section 4.5.4.1) and its notices (RFC 3461, 3464, 3834, 6522). */
export const queue: Violations = {
  'DSN-3461-4.1-1': {
    file: request,
    find: "words.join(',').toUpperCase()",
    put: "words.join(' ').toUpperCase()",
  },
  'DSN-3461-4.2-1': { file: request, find: '`ORCPT=${encodeOrcpt(original)}`', put: '`ORCPT=${original}`' },
  'DSN-3461-4.3-1': { file: request, find: "'FULL' : 'HDRS'}", put: "'ALL' : 'HEADERS'}" },
  'DSN-3461-4.4-1': {
    file: request,
    find: '`ENVID=${encodeXtext(envelopeId)}`',
    put: '`ENVID=${envelopeId}`',
  },
  'DSN-3461-4.5-1': {
    file: 'src/machine/host.asks.ts',
    find: 'recipientDsnParameters(dsn.recipients[place]!)',
    put: 'dsn.recipients.flatMap(recipientDsnParameters)',
  },
  'RTLS-4.1-2': {
    file: 'src/policy/queue/message.ts',
    find: "return tlsRequired === 'no' ? 'optional' : 'ordinary';",
    put: "return 'ordinary';",
  },
  'RTLS-4.1-1': {
    file: 'src/hosts/receiving/require-tls.ts',
    find: "return { kind: 'taken', requireTls: 'yes' };",
    put: "return { kind: 'taken', requireTls: 'no' };",
  },
  'DSN-3461-4-1': {
    file: 'src/policy/smtp/xtext.ts',
    find: '`+${hex(each.charCodeAt(0) & 0xff)}`',
    put: 'each',
  },
  'DSN-3461-5.2.8-1': {
    file: 'src/machine/message.judgements.ts',
    find: 'notice?.verdict === action ? [at] : []',
    put: 'recipients.some((each) => each.notice?.verdict === action) ? [at] : []',
  },
  'DSN-3461-6.3-1': { file: status, find: 'message.envelopeId === null', put: 'message.envelopeId !== null' },
  'DSN-3461-6.3-2': { file: status, find: 'hostOf(facts.reportingMta)', put: 'facts.reportingMta' },
  'DSN-3461-6.3-3': { file: status, find: 'original === null', put: 'original !== null' },
  'DSN-3461-6.3-4': { file: status, find: '`Action: ${action}`,', put: '' },
  'DSN-3461-6.3-6': { file: status, find: '...(remote === null', put: '...(remote !== null' },
  'DSN-3461-9.2-1': { file: status, find: '.map((piece) => ` ${piece}`)', put: '' },
  'DSN-3464-2-1': { file: compose, find: 'report-type=delivery-status', put: 'report-type=status' },
  'DSN-3464-2-2': { file: compose, find: '`To: <${facts.returnPath}>`', put: '`To: <${facts.postmaster}>`' },
  'DSN-3464-2.1-1': {
    file: status,
    find: "(recipient) => ['', ...recipientLines",
    put: '(recipient) => [...recipientLines',
  },
  'DSN-3464-2.2.1-1': {
    file: status,
    find: 'asciiOf(message.envelopeId)',
    put: 'asciiOf(message.envelopeId).toLowerCase()',
  },
  'DSN-3464-2.3.4-1': {
    file: turns,
    find: "word.status.startsWith('4.') ? word : { ...word, status: '4.4.7' }",
    put: "{ ...word, status: '5.4.7' }",
  },
  'DSN-3464-2.3.5-1': {
    file: status,
    find: '...(remote === null ? []',
    put: "...(remote === null ? ['Remote-MTA: dns; unknown.invalid']",
  },
  'DSN-3464-2.3.7-1': {
    file: status,
    find: '`Last-Attempt-Date: ${mailDate(lastAttemptAt)}`',
    put: "`Last-Attempt-Date: ${mailDate(lastAttemptAt).replace('+0000', 'GMT')}`",
  },
  'DSN-3464-4.2-1': { file: 'src/policy/explain/telling.ts', find: "owner === 'operator' || ", put: '' },
  'DSN-3834-5-1': { file: compose, find: "'Auto-Submitted: auto-replied',", put: '' },
  'DSN-6522-3-1': {
    file: compose,
    find: 'Content-Type: multipart/report;',
    put: 'Content-Type: multipart/mixed;',
  },
  'DSN-6522-3-2': {
    file: compose,
    find: "message.returns === 'message' ? message.octets : header",
    put: 'message.octets',
  },
  'ESC-5248-1': { file: status, find: '523 5.7.10 Encryption Needed', put: '550 5.7.10 Encryption Needed' },
  'NULLMX-4.1-2': { file: status, find: '556 5.1.10', put: '550 5.1.2' },
  'RTLS-7-1': { file: status, find: '550 5.7.30', put: '530 5.7.30' },
  'RTLS-5-1': {
    file: notices,
    find: 'requireTls: facts.requireTls, tlsRequired',
    put: "requireTls: 'no', tlsRequired",
  },
  'SMTP-4.5.4.1-4': {
    file: turns,
    find: 'scheduleMs[Math.min(Math.max(attempts, 1), scheduleMs.length) - 1] ?? HOUR_MS',
    put: '450_000',
  },
  'SMTP-6.1-1': {
    file: notices,
    find: '{ address: from, domain, notify',
    put: "{ address: 'x@b.test', domain: 'b.test', notify",
  },
  'X-14': { file: status, find: 'mechanisms.length === 0 ? why', put: 'mechanisms.length >= 0 ? why' },
  'CHOICE-11': {
    file: 'src/policy/queue/settings.ts',
    find: 'delayNoticeAfter: 5,',
    put: 'delayNoticeAfter: 4,',
  },
  'DSN-3461-6.1-1': {
    file: notices,
    find: "{ address: from, domain, notify: 'never', original: null }",
    put: "{ address: from, domain, notify: ['failure'], original: null }",
  },
  'DSN-3461-6.3-5': {
    file: 'src/policy/smtp/enhanced-status.ts',
    find: '`${statusClass}.0.0`',
    put: '`${statusClass}.1.0`',
  },
  'DSN-3464-2-3': {
    file: notices,
    find: 'recipients: recipients.map((at): NoticeRecipient => {',
    put: 'recipients: recipients.slice(0, 1).map((at): NoticeRecipient => {',
  },
  'RTLS-4.1-4': {
    file: 'src/services/queue/attempts.ts',
    find: 'content, facts: message.facts }',
    put: "content, facts: { ...message.facts, requireTls: task.recipients.length > 1 ? 'no' : 'yes' } }",
  },
  'RTLS-4.2.2-2': {
    file: 'src/policy/host/transaction.ts',
    find: "if (facts.relay === 'yes' && reply !== null",
    put: 'if (reply !== null',
  },
  'SMTP-4.5.4.1-6': {
    by: 'src/services/queue/queue.test.ts',
    assertion: "expect(internet.sessions('mx.closed.test')).toHaveLength(count);",
  },
  'CHOICE-16': {
    file: 'spec/requirements/coverage.ts',
    find: 'return shown.has(requirement.id) ? met : requirement.otherwise;',
    put: 'return met;',
  },
};
