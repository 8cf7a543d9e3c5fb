import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitsOf, NO_LIMITS } from './limits.js';

const limits = (text: string) => limitsOf(new Map([['LIMITS', text]]));

describe('the limits of a server', () => {
  it('are read by name, in any case and order, beside those that nobody knows (LIMITS-3-1)', () => {
    expect(limits('RCPTMAX=20 x-own=a;b'.replace(';', ':'))).toEqual({ ...NO_LIMITS, recipientMax: 20 });
    expect(limits('rcptdomainmax=1 MailMax=5 NOVALUE RCPTMAX=999999')).toEqual({
      mailMax: 5,
      recipientMax: 999_999,
      domainMax: 1,
    });
  });

  it.each([
    'RCPTMAX=2 RCPTMAX=3',
    'RCPTMAX=2 rcptmax=2',
    'RCPTMAX=2  MAILMAX=1',
    'RCPTMAX=2;',
    'RCPTMAX=',
    '=2',
    '',
  ])('are none at all in %j (LIMITS-3-1)', (text) => expect(limits(text)).toEqual(NO_LIMITS));

  it.each(['RCPTMAX=0', 'RCPTMAX=1000000', 'RCPTMAX=-1', 'RCPTMAX=1e3', 'RCPTMAX=07', 'RCPTMAX'])(
    'say nothing of the one whose value is none: %s (LIMITS-3-1)',
    (text) => expect(limits(`${text} MAILMAX=4`)).toEqual({ ...NO_LIMITS, mailMax: 4 }),
  );

  it('are numbers from 1 or nothing, whatever is said', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^(RCPTMAX|MAILMAX|A)=?[0-9]{0,8}( [A-Z]+=[0-9]*)?$/)),
        (text) => {
          for (const limit of Object.values(limits(text)))
            expect(limit === null || (Number.isSafeInteger(limit) && limit > 0)).toBe(true);
        },
      ),
    );
  });
});
