import { expect, it } from 'vitest';
import { judgeSuppression } from './suppression.table.js';

it('an address is suppressed if it is gone, for who wants that, and for nothing else', () => {
  const of = (...facts: Parameters<typeof judgeSuppression>) => judgeSuppression(...facts).verdict;
  for (const status of ['5.1.1', '5.1.2', '5.1.6', '5.1.10', '5.2.1']) {
    expect(of('on', 'bounced', status)).toBe('suppress');
    for (const end of ['delivered', 'expired', 'dropped', null] as const)
      expect(of('on', end, status)).toBe('leave');
    expect(of('off', 'bounced', status)).toBe('leave');
  }
  for (const status of ['5.0.0', '5.7.1', '5.7.10', '5.2.2', '5.3.4', '5.6.7', '4.1.1', null])
    expect(of('on', 'bounced', status)).toBe('leave');
  expect(of('off', null, null)).toBe('leave');
});
