import { expect, it } from 'vitest';
import {
  asksForNotices,
  type DsnRequest,
  isAskable,
  mailDsnParameters,
  readEnvid,
  readNotify,
  readOrcpt,
  readRet,
  recipientDsnParameters,
} from './request.js';

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

it('is read as it is written (RFC 3461, Section 4)', () => {
  expect(['NEVER', 'success,FAILURE', 'delay'].map(readNotify)).toEqual([
    ...['never', ['success', 'failure'], ['delay']],
  ]);
  expect(['', 'never,delay', 'delay,delay', 'later', 'delay,', ' delay'].map(readNotify)).toEqual(
    Array.from({ length: 6 }, () => null),
  );
  expect(['full', 'HDRS', 'headers', ''].map(readRet)).toEqual(['full', 'headers', null, null]);
  expect(['a+2Bb', 'x'.repeat(100)].map(readEnvid)).toEqual(['a+b', 'x'.repeat(100)]);
  expect(['', 'a+0Ab', 'a b', 'a+C3', 'x'.repeat(101)].map(readEnvid)).toEqual(
    Array.from({ length: 5 }, () => null),
  );
  expect(['rfc822;a+2Bb@c.example', 'x-400;1;2', 'UTF-8;\u00fc@c.example'].map(readOrcpt)).toEqual([
    ...['rfc822;a+b@c.example', 'x-400;1;2', 'UTF-8;\u00fc@c.example'],
  ]);
  for (const none of [
    'rfc822',
    ';a',
    'rfc822;',
    'rfc 822;a',
    'rfc822;a\nb',
    'rfc822;a+0Ab',
    'rfc822;a=b',
    '!x;a',
  ])
    expect(readOrcpt(none), none).toBeNull();
  const long = (length: number) => `rfc822;${'x'.repeat(length - 7)}`;
  expect([readOrcpt(long(500)), readOrcpt(long(501))]).toEqual([long(500), null]);
});

it('can be asked for where a command line can carry it', () => {
  const asks = (own: Partial<DsnRequest>) => isAskable({ ...NOTHING, ...own });
  const of = (own: Partial<DsnRequest['recipients'][number]>) =>
    asks({ recipients: [PLAIN, { ...PLAIN, ...own }] });
  expect([asks({}), asks({ recipients: [] }), asks({ envelopeId: 'a+b = c' })]).toEqual([true, true, true]);
  expect([
    asks({ envelopeId: '' }),
    asks({ envelopeId: '\u00fc' }),
    asks({ envelopeId: 'x'.repeat(101) }),
  ]).toEqual([...[false, false, false]]);
  expect([of({ notify: 'never' }), of({ notify: ['success', 'delay'] })]).toEqual([true, true]);
  expect([of({ notify: [] }), of({ notify: ['delay', 'delay'] })]).toEqual([false, false]);
  expect([of({ original: 'rfc822;a+b@c.example' }), of({ original: 'utf-8;\u00fc@c.example' })]).toEqual([
    ...[true, true],
  ]);
  expect([of({ original: 'rfc822' }), of({ original: 'rfc822;\n' }), of({ original: ';a' })]).toEqual([
    ...[false, false, false],
  ]);
});

it('has an original address in the encoding of its type (RFC 6533, Section 3)', () => {
  const orcpt = (original: string) => recipientDsnParameters({ ...PLAIN, original });
  expect(orcpt('rfc822;a+b=c@d.example')).toEqual(['ORCPT=rfc822;a+2Bb+3Dc@d.example']);
  expect(orcpt('UTF-8;\u00fc+\\x{E4}=@d.example')).toEqual(['ORCPT=UTF-8;\\x{FC}+\\x{E4}\\x{3D}@d.example']);
});
