import { expect, onTestFinished } from 'vitest';
import { eachReply } from '../../src/adapters/node/smtp/deadlines.fixture.js';
import type { AskOf, CommandAnswer, StartTlsAnswer } from '../../src/effects/catalog.js';
import type { MessageSource } from '../../src/effects/ports.js';
import type { TlsaRecord } from '../../src/policy/dane/tlsa.js';
import type { LostCause, Reply } from '../../src/policy/smtp/reply.js';
import { journalled } from './journalled.fixture.js';
import type { Subject } from './subject.fixture.js';

export type ConversationSubject = Pick<Subject, 'open' | 'port' | 'addressOf'>;

export const DEADLINE_MS = 120_000;

export const octets = (text: string) => new TextEncoder().encode(text);
export const TEXT = 'Subject: hello\r\n\r\nHello.\r\n';
export const MESSAGE: MessageSource = () => [octets(TEXT)];

export const saying = (code: number, ...lines: readonly string[]): Reply => ({ code, lines });
/** A reply in words of the server's own. */
export const coded = (code: number): Reply => ({ code, lines: [expect.any(String)] });
export const replied = (reply: Reply): CommandAnswer & StartTlsAnswer => ({ kind: 'replied', reply });
export const lost = (cause: LostCause) => ({ kind: 'lost', cause }) as const;
/** For whatever reason it was lost before. */
const stillLost = { kind: 'lost', cause: expect.any(String) };
const established = { kind: 'established', protocol: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) };
/** The answer to a transaction with one recipient of which nothing was answered. */
export const NOTHING = { mail: null, recipients: [null], data: null, end: null };

type Own<K extends 'smtp.connect' | 'smtp.hello' | 'smtp.auth' | 'smtp.send'> = Partial<AskOf<K>>;

const unheard = () => new AbortController().signal;
let sessions = 0;

/** A connection that is still to be made, of which every answer is held against the journal. */
function meet({ open, port, addressOf }: ConversationSubject, id: string) {
  const connection = open();
  onTestFinished(() => connection.destroy());
  sessions += 1;
  const base = { session: sessions, deadlineMs: DEADLINE_MS };
  return {
    connect: (own: Own<'smtp.connect'> = {}, signal = unheard()) =>
      journalled(
        'smtp.connect',
        connection.connect(
          { ...base, greetingMs: DEADLINE_MS, address: addressOf(id), port, alternate: null, ...own },
          signal,
        ),
      ),
    hello: (own: Own<'smtp.hello'> = {}, signal = unheard()) =>
      journalled(
        'smtp.hello',
        connection.hello({ ...base, verb: 'EHLO', name: 'me.example', ...own }, signal),
      ),
    greeting: (signal = unheard()) => journalled('smtp.greeting', connection.greeting(base, signal)),
    auth: (own: Own<'smtp.auth'> = {}, signal = unheard()) => {
      const account = { account: 'smart', user: 'user', host: 'relay.example', port: 587 };
      const ask = { ...base, ...account, mechanism: 'plain', binding: 'unbound', ...own } as const;
      return journalled('smtp.auth', connection.auth(ask, signal));
    },
    startTls: (signal = unheard()) => journalled('smtp.starttls', connection.startTls(base, signal)),
    handshake: (serverName: string | null = null, signal = unheard()) =>
      journalled('tls.handshake', connection.handshake({ ...base, serverName }, signal)),
    inspect: (tlsa: readonly TlsaRecord[] = [], signal = unheard()) =>
      journalled('peer.inspect', connection.inspect({ ...base, tlsa }, signal)),
    send: (own: Own<'smtp.send'> = {}, message = MESSAGE, signal = unheard()) => {
      const envelope = { sender: 's@y.example', parameters: [], recipients: ['a@x.example'] };
      const ask = {
        session: base.session,
        deadlines: eachReply(DEADLINE_MS),
        ...envelope,
        pipelining: 'no',
        ...own,
      } as const;
      return journalled('smtp.send', connection.send(ask, message, signal));
    },
    quit: (signal = unheard()) => journalled('smtp.quit', connection.quit(base, signal)),
    destroy: () => connection.destroy(),
  };
}

export type Conversation = ReturnType<typeof meet>;

/** Conversations with the mail hosts of a world, begun and led as far as their names say. */
export function conversations<Id extends string>(subject: () => ConversationSubject) {
  const greeted = async (id: Id) => {
    const met = meet(subject(), id);
    expect(await met.connect(), id).toMatchObject({ kind: 'greeted' });
    return met;
  };
  /** Up to the reply to EHLO. */
  const introduced = async (id: Id) => {
    const met = await greeted(id);
    expect(await met.hello(), id).toMatchObject({ reply: { code: 250 } });
    return met;
  };
  /** Up to the end of the handshake. */
  const secured = async (id: Id, serverName: string | null = null) => {
    const met = await introduced(id);
    expect(await met.startTls(), id).toEqual(replied(coded(220)));
    expect(await met.handshake(serverName), id).toEqual(established);
    return met;
  };
  return { meet: (id: Id) => meet(subject(), id), greeted, introduced, secured };
}

/** What must be so once a connection is lost, and after QUIT. */
export async function expectAllLost(met: Conversation): Promise<void> {
  expect(await met.hello()).toMatchObject(stillLost);
  expect(await met.hello({ verb: 'HELO' })).toMatchObject(stillLost);
  expect(await met.send()).toMatchObject({ ...NOTHING, lost: expect.any(String) });
  expect(await met.startTls()).toMatchObject(stillLost);
  expect(await met.handshake()).toMatchObject({ kind: 'failed' });
  expect(await met.quit()).toEqual({ kind: 'closed' });
  expect(await met.hello()).toMatchObject(stillLost);
}
