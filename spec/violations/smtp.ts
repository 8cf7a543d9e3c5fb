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
  'SMTP-3.3-1': {
    file: transaction,
    find: 'if (draft.data?.code !== START_OF_MESSAGE) return draft;',
    put: '',
  },
  'SMTP-4.1.1.1-2': { file: ehlo, find: 'parts?.[1]?.toUpperCase()', put: 'parts?.[1]' },
  'SMTP-4.1.1.4-1': {
    file: stuffing,
    find: "const begun = this.#last === LF ? '' : this.#last === CR ? '\\n' : '\\r\\n';",
    put: "const begun = '\\r\\n';",
  },
  'SMTP-4.1.1.10-1': { file: session, find: "socket.end('QUIT\\r\\n', sent);", put: 'socket.end(sent);' },
  'SMTP-4.2-2': { file: reader, find: 'const mark = end === start + 3 ? SPACE :', put: 'const mark =' },
  'SMTP-4.2.1-3': { file: reader, find: "return mark === HYPHEN ? 'more' : 'last';", put: "return 'last';" },
  'SMTP-4.5.2-1': {
    file: stuffing,
    find: 'return octet === DOT && last === LF ? INSERTS.DOT : null;',
    put: 'return null;',
  },
  'SMTP-5.1-10': { file: mx, find: 'a.record.preference - b.record.preference ||', put: '' },
  'SMTP-5.1-11': { file: mx, find: 'a.draw - b.draw ||', put: '' },
  'PIPE-3.1-1': {
    file: 'src/machine/host.asks.ts',
    find: "context.keywords.has('PIPELINING') ? 'yes' : 'no'",
    put: "'yes'",
  },
  'PIPE-3.1-2': {
    file: transaction,
    find: 'draft.recipients[index] = await exchange(command);',
    put: 'draft.recipients[0] = await exchange(command);\n    void index;',
  },
  'PIPE-3.1-3': {
    file: transaction,
    find: "dialogue.write('.\\r\\n');",
    put: 'if (ask.sender !== null) return draft;',
  },
};
