import { expect, it } from 'vitest';
import { sourceOf } from './requirements.js';

it.each([
  ['7672', '3.2', 'RFC 7672, Section 3.2'],
  ['8460', 'Appendix A', 'RFC 8460, Appendix A'],
  ['8314', '', 'RFC 8314'],
  ['choice', '20', 'our own choice 20'],
  ['IANA', 'mail-parameters', 'a registry of IANA (mail-parameters)'],
  ['CROSS', 'order', 'several RFCs (order)'],
])('a requirement of %s %s stands in %s', (rfc, section, source) => {
  expect(sourceOf({ rfc, section })).toBe(source);
});
