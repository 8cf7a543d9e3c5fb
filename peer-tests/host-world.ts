/*
 * What tests of mail systems with Waxseal inside have in common: one small internet with all stories, several recipients each, and
 * what the engine alone makes of a message to them, against which the mail system is held.
 */
import { createTransport } from 'nodemailer';
import { expect } from 'vitest';
import {
  createNodeEngine,
  type NodeEngine,
  type RecipientReport,
  readMessage,
  settingsOf,
} from '../src/node.js';
import { type Internet, startInternet, type World } from '../src/testing/index.js';
import { HOST_STORIES, worldOfStories } from './host-stories.js';

export interface HostWorld {
  readonly internet: Internet;
  readonly engine: NodeEngine;
  /** By which the engine goes, and whatever the mail system starts has to. */
  readonly settings: ReturnType<typeof settingsOf>;
  /** What the engine alone makes of a message to these. */
  alone(to: readonly string[]): Promise<readonly RecipientReport[]>;
  /** How often a recipient has got a message. */
  receivedBy(recipient: string): number;
  close(): Promise<void>;
}

/** Every recipient of every story. */
export const RECIPIENTS = Object.entries(HOST_STORIES).flatMap(([name, { users = ['u', 'v'] }]) =>
  users.map((user) => `${user}@${name}.test`),
);

/** `own`: what is there beside the stories. */
export async function startHostWorld(own: Partial<World> = {}): Promise<HostWorld> {
  const stories = worldOfStories();
  const internet = await startInternet({
    ...stories,
    dns: { ...stories.dns, ...own.dns },
    mail: { ...stories.mail, ...own.mail },
  });
  const { port, httpsPort } = internet;
  const settings = settingsOf('rfc', { port, httpsPort, privateAddresses: 'allow' });
  const engine = createNodeEngine({ resolver: internet.resolver, ca: [internet.caPem], settings });
  return {
    ...{ internet, engine, settings },
    async alone(to) {
      const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\n'), to);
      const mail = { from: 's@sender.test', to, content };
      return (await engine.deliver({ ...mail, facts: { ...facts, requireTls: 'no', report: 'none' } }))
        .results;
    },
    receivedBy(recipient) {
      const host = `mx.${recipient.slice(recipient.lastIndexOf('@') + 1)}`;
      return internet.received(host).filter(({ recipients }) => recipients.includes(recipient)).length;
    },
    async close() {
      await engine.close();
      await internet.close();
    },
  };
}

/** Once the mail system and the engine alone have each delivered to those to whom they can. */
export function expectSameDeliveries(
  { receivedBy }: Pick<HostWorld, 'receivedBy'>,
  alone: readonly RecipientReport[],
): void {
  for (const { recipient, outcome } of alone)
    expect(receivedBy(recipient), recipient).toBe(outcome === 'delivered' ? 2 : 0);
}

/** A mail system that listens there for mail of its own users is given a message. */
export async function handIn(
  { port }: { readonly port: number },
  to: readonly string[],
  subject: string,
  { from = 's@sender.test', body = 'Hello.\r\n' } = {},
): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  await transport.sendMail({
    envelope: { from, to: [...to] },
    raw: `From: <${from}>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@sender.test>\r\n\r\n${body}`,
  });
  transport.close();
}
