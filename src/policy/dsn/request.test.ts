import { expect, it } from 'vitest';
import { asksForNotices, type DsnRequest, mailDsnParameters, recipientDsnParameters } from './request.js';

const PLAIN = { notify: 'absent', original: null } as const;
const NOTHING: DsnRequest = { ret: 'absent', envelopeId: null, recipients: [PLAIN, PLAIN] };

it.each<[string, DsnRequest, boolean]>([
  ['nothing', NOTHING, false],
  ['nothing of nobody', { ...NOTHING, recipients: [] }, false],
  ['what is to be returned', { ...NOTHING, ret: 'headers' }, true],
  ['an envelope id', { ...NOTHING, envelopeId: 'x' }, true],
  ['when one recipient is told of', { ...NOTHING, recipients: [PLAIN, { ...PLAIN, notify: 'never' }] }, true],
  ['who one was', { ...NOTHING, recipients: [PLAIN, { ...PLAIN, original: 'rfc822;a@b.example' }] }, true],
])('a next host can be told of %s', (_, request, asks) => {
  expect(asksForNotices(request)).toBe(asks);
});

it('is written as it was given, and nothing is added (RFC 3461, Section 5.2.1)', () => {
  expect(mailDsnParameters(NOTHING)).toEqual([]);
  expect(mailDsnParameters({ ...NOTHING, ret: 'full' })).toEqual(['RET=FULL']);
  expect(mailDsnParameters({ ...NOTHING, ret: 'headers', envelopeId: 'a+b=c' })).toEqual([
    'RET=HDRS',
    'ENVID=a+2Bb+3Dc',
  ]);
  expect(recipientDsnParameters(PLAIN)).toEqual([]);
  expect(recipientDsnParameters({ ...PLAIN, notify: 'never' })).toEqual(['NOTIFY=NEVER']);
  expect(recipientDsnParameters({ ...PLAIN, notify: ['failure', 'delay'] })).toEqual([
    'NOTIFY=FAILURE,DELAY',
  ]);
});
