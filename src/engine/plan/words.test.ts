import { describe, expect, it } from 'vitest';
import { readReply, readTransaction } from './words.js';

const CAUSES = { lostCause: () => 'reset' as const };
const TO = { recipients: ['a@x.test', 'b@x.test'] };
const codes = (words: Parameters<typeof readTransaction>[0]) => {
  const { mail, recipients, data, end, lost } = readTransaction(words, TO, CAUSES);
  return [mail, ...recipients, data, end].map((reply) => reply?.code ?? null).concat(lost as never);
};

describe('replies in the words of a mail system', () => {
  it('are read as they came over the wire, bounded, with nothing in them that could move a cursor', () => {
    expect(readReply('250-mx\r\n250 SIZE 1\r\n', CAUSES)).toEqual({ code: 250, lines: ['mx', 'SIZE 1'] });
    expect(readReply({ code: 550, lines: ['no\u0007\there'] }, CAUSES)).toEqual({
      code: 550,
      lines: ['no? here'],
    });
    expect(readReply({ code: 250, codes: [250, 550], lines: ['a', 'b'] }, CAUSES)).toMatchObject({
      codes: [250, 550],
    });
    expect(readReply(new Error('gone'), CAUSES)).toEqual({ kind: 'lost', cause: 'reset' });
    for (const words of ['', 'hello', '250-a\r\nb', '999 x', `${'250-x\r\n'.repeat(500)}250 x`])
      expect(readReply(words, CAUSES)).toMatchObject({ kind: 'lost', cause: 'malformed' });
  });

  it('went well before the last stage that is told, and behind it nothing was heard', () => {
    expect(codes('250 taken')).toEqual([250, 250, 250, 354, 250, null]);
    expect(codes({ recipients: { 'b@x.test': '550 no' }, end: '250 ok' })).toEqual([
      250,
      250,
      550,
      354,
      250,
      null,
    ]);
    expect(codes({ recipients: ['450 later', '550 no'] })).toEqual([250, 450, 550, null, null, null]);
    expect(codes({ mail: '552 no' })).toEqual([552, null, null, null, null, null]);
    expect(codes({ data: '554 no' })).toEqual([250, 250, 250, 554, null, null]);
  });

  it('never say that a message was taken where nobody said so', () => {
    expect(codes({})).toEqual([null, null, null, null, null, 'closed']);
    expect(codes({ data: '354 go' })).toEqual([250, 250, 250, 354, null, 'closed']);
    expect(codes(new Error('gone'))).toEqual([null, null, null, null, null, 'reset']);
    expect(codes({ end: new Error('gone') })).toEqual([250, 250, 250, 354, null, 'reset']);
    expect(
      readTransaction({ error: new Error('gone'), data: '354 go', dotSent: true }, TO, CAUSES).dotSent,
    ).toBe('yes');
  });
});
