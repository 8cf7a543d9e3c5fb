import type { Violations } from './violation.js';

const asks = 'src/machine/host.asks.ts';
const authenticate = 'src/adapters/node/sasl/authenticate.ts';
const mechanisms = 'src/adapters/node/sasl/mechanisms.ts';
const scram = 'src/adapters/node/sasl/scram.ts';

/** AUTH. */
export const auth: Violations = {
  // The EHLO of before TLS, where another one is due.
  'AUTH-4-2': {
    file: 'src/machine/host.machine.ts',
    find: "{ target: 'awaitingHelloAgain' },",
    put: "{ target: 'judgingAuth' },",
  },
  'AUTH-4-3': { file: authenticate, find: "encoded(initial) || '='", put: 'encoded(initial)' },
  'AUTH-4-4': { file: authenticate, find: 'first.length <= LINE_OCTETS_MAX', put: 'first.length > 0' },
  'AUTH-4-5': { file: authenticate, find: "await converse('*')", put: "await converse('')" },
  'AUTH-4616-1': {
    file: mechanisms,
    find: 'sayingOnly(Buffer.from(`\\0${user}\\0${secret}`))',
    put: 'sayingOnly(Buffer.from(`${user}\\0${secret}`))',
  },
  'AUTH-5-1': { file: asks, find: "['AUTH=<>']", put: '[]' },
  'AUTH-4-6': {
    file: 'src/adapters/node/smtp/reply-reader.ts',
    find: 'AUTH: 12_292',
    put: 'AUTH: 2048',
  },
  'AUTH-4-8': {
    file: authenticate,
    find: 'let heard = await converse(isShort ? first : command);',
    put: 'let heard = await converse(`${isShort ? first : command}\\r\\nNOOP`);',
  },
  'SCRAM-5.1-1': {
    file: mechanisms,
    find: 'const user = saslPrep(task.user);',
    put: 'const user = task.user;',
  },
  'SCRAM-5.1-2': { file: scram, find: '!nonce.startsWith(ours) || ', put: '' },
  'SCRAM-5.1-3': { file: scram, find: 'const parts = /^r=', put: 'const parts = /^(?:m=[^,]*,)?r=' },
  'SCRAM-6-1': { file: scram, find: "(couldBind ? 'y' : 'n')", put: "'n'" },
  'SCRAM-6-2': { file: scram, find: 'binding?.data ?? Buffer.alloc(0)', put: 'Buffer.alloc(0)' },
  'SCRAM-7677-4-1': {
    by: 'src/adapters/node/smtp/tls-settings.test.ts',
    assertion: 'expect(server.seen.map(({ resumed }) => resumed)).toEqual([false, false, false]);',
  },
};
