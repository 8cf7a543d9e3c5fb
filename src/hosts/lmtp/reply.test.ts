import { describe, expect, it } from 'vitest';
import { replyTo } from './reply.js';

const REPORT = {
  ...{ status: '2.0.0', domain: 'a.test', ip: '2001:db8:1111:2222:3333:4444:5555:6666' },
  mx: `${Array.from({ length: 4 }, () => 'x'.repeat(60)).join('.')}.test`,
  authentication: 'dane+pkix',
  tls: { protocol: 'TLSv1.3' },
  because: { row: 'PEER-99', why: 'A reason.' },
} as const;
const LONG = 'It was the \u00fcber best of times,\r\n it was the worst of times. '.repeat(50);

describe('what a client is answered', () => {
  it.each([
    ['delivered', 250],
    ['deferred', 451],
    ['bounced', 552],
  ] as const)(
    '%s: names the row, in one line that every client takes, however much a host says',
    (outcome, code) => {
      const reply = { code: outcome === 'delivered' ? 250 : outcome === 'deferred' ? 421 : 552, text: LONG };
      const answered = replyTo({ ...REPORT, outcome, reply } as never);
      expect(answered.code).toBe(code);
      expect(answered.text).toMatch(/^2\.0\.0 x[\x20-\x7e]*\(PEER-99\)/);
      expect(answered.text.length).toBeLessThanOrEqual(500);
      expect(answered.text).toContain('It was the');
    },
  );
});
