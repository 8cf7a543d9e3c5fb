/* OpenSMTPD takes mail: a server without PIPELINING, that says no to some, and hands the rest on. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeEngine, readMessage } from '../src/node.js';
import { DEFAULT_SETTINGS } from '../src/policy/settings.js';
import { type Internet, startInternet } from '../src/testing/index.js';
import { freePort } from './free-port.js';
import { type OpenSmtpd, startOpenSmtpd } from './opensmtpd.js';

const NEXT = 'next.test';
const KNOWN = ['one@a.example', 'two@a.example'];
/** With all that OpenSMTPD would add to a message without it. */
const HEADER =
  'From: <s@me.example>\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@me.example>\r\nSubject: hello\r\n';
const TEXT = `${HEADER}\r\n.Gr\u00fc\u00dfe\r\n..\r\nThe end.\r\n`;

let internet: Internet;
let opensmtpd: OpenSmtpd;
let port: number;
beforeAll(async () => {
  port = await freePort();
  internet = await startInternet({
    dns: { 'MX a.example': ['10 mx.a.example'], 'A mx.a.example': ['127.0.0.1'] },
    mail: { [NEXT]: {} },
  });
  const next = { address: internet.addressOf(NEXT), port: internet.port };
  opensmtpd = await startOpenSmtpd({ port, recipients: KNOWN, next });
});
afterAll(async () => {
  await opensmtpd?.stop();
  await internet?.close();
});

async function send(to: readonly string[], text = TEXT, notify: 'never' | 'absent' = 'absent') {
  const engine = createNodeEngine({
    resolver: internet.resolver,
    settings: { ...DEFAULT_SETTINGS, helo: 'me.example', port, privateAddresses: 'allow' },
  });
  try {
    const { content, facts } = readMessage(Buffer.from(text), to);
    const mail = { from: 's@me.example', to, content };
    const dsn = {
      ret: 'absent',
      envelopeId: 'e1',
      recipients: to.map(() => ({ notify, original: null })),
    } as const;
    const all = { ...facts, requireTls: 'no', report: 'none' } as const;
    return (await engine.deliver({ ...mail, facts: all, dsn })).results;
  } finally {
    await engine.close();
  }
}

const arrived = (subject: string) =>
  internet.received(NEXT).filter(({ text }) => text.includes(`Subject: ${subject}\r\n`));
const recipientsOf = (subject: string) => arrived(subject).flatMap(({ recipients }) => recipients);

it('takes it for those whom it knows, and for them alone; what it hands on is what was sent, octet for octet', async () => {
  const results = await send([KNOWN[0]!, 'nobody@a.example', KNOWN[1]!]);
  expect(results).toMatchObject([
    { outcome: 'delivered', status: expect.stringMatching(/^2\./), mx: 'mx.a.example', tls: null },
    { outcome: 'bounced', command: 'RCPT', reply: { code: 550 } },
    { outcome: 'delivered' },
  ]);
  await opensmtpd.handedOn(() => recipientsOf('hello').length === 2);
  expect(recipientsOf('hello').sort()).toEqual(KNOWN);
  for (const { text } of arrived('hello')) expect(text.endsWith(TEXT)).toBe(true);
});

it('refuses a message for nobody whom it knows, and one that is too large before it is sent', async () => {
  expect(await send(['nobody@a.example'])).toMatchObject([{ outcome: 'bounced', reply: { code: 550 } }]);
  const large = `Subject: large\r\n\r\n${'x'.repeat(998).concat('\r\n').repeat(40_000)}`;
  expect(await send([KNOWN[0]!], large)).toMatchObject([{ outcome: 'bounced' }]);
});

it('understands what it is told of notices', async () => {
  const text = 'Subject: never\r\n\r\nx\r\n';
  expect(await send([KNOWN[0]!], text, 'never')).toMatchObject([
    { outcome: 'delivered', handedOn: 'passed-on' },
  ]);
  await opensmtpd.handedOn(() => recipientsOf('never').length === 1);
});
