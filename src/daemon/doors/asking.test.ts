import { Readable } from 'node:stream';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { expect, it } from 'vitest';
import { Users } from '../users.js';
import { Asking } from './asking.js';
import type { Gate, MailDoorOptions, Transaction } from './door.js';

const ann = { name: 'ann', password: 'x', passwordFile: '', from: [], recipientsPerHour: 3 };
const session = {
  ...{ remoteAddress: '192.0.2.1', user: 'ann', hostNameAppearsAs: 'c.test', openingCommand: 'EHLO' },
  ...{ secure: false, tlsOptions: false, envelope: { mailFrom: false, rcptTo: [] } },
} as unknown as SMTPServerSession;

/** A door behind which messages are kept when it is told so; `hand` hands one in. */
function door() {
  const waiting: ((error?: Error) => void)[] = [];
  const gate: Gate = { phase: 'open', begun: new Set() };
  const options = {
    name: 'mail.s.test',
    users: new Users([ann], () => 0),
    limits: () => ({ messageBytes: 1000, recipients: 100 }),
    clock: () => 0,
    room: async () => 'enough',
    ...{ onEvent: () => undefined, onFault: () => undefined },
    intake: {
      enqueue: () =>
        new Promise((resolve, reject) =>
          waiting.push((error) => (error === undefined ? resolve('') : reject(error))),
        ),
    },
  } as unknown as MailDoorOptions;
  const ask = new Asking(options, 'smtp', gate);
  const hand = (count: number) => {
    const recipients = Array.from({ length: count }, (_, at) => ({
      address: `u${at}@a.test`,
      given: { args: false },
    }));
    const transaction = { sender: 's@s.test', recipients, beganAt: 0 } as unknown as Transaction;
    return ask.keep(Readable.from(['x']) as unknown as SMTPServerDataStream, session, transaction);
  };
  const until = async (count: number) => {
    while (waiting.length < count) await new Promise(setImmediate);
  };
  return { hand, waiting, until };
}

it('lets nobody hand in more than he may by handing it in at once', async () => {
  const { hand, waiting, until } = door();
  const handed = [hand(2), hand(2), hand(1)];
  expect(await handed[1]).toMatchObject({ code: 450 });
  await until(2);
  for (const keep of waiting) keep();
  expect((await Promise.all(handed)).map(({ code }) => code)).toEqual([250, 450, 250]);
  expect(await hand(1)).toMatchObject({ code: 450 });
});

it('counts nothing that was not kept', async () => {
  const { hand, waiting, until } = door();
  const first = hand(3);
  await until(1);
  waiting[0]!(new Error('no room'));
  expect(await first).toMatchObject({ code: 451 });
  const second = hand(3);
  await until(2);
  waiting[1]!();
  expect(await second).toMatchObject({ code: 250 });
});
