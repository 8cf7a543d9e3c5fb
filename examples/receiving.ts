import { hostname } from 'node:os';
import { domainToASCII } from 'node:url';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { type NodeAdapters, type OutboundMail, readMessage } from 'waxseal/node';
import { readRequireTls, receivedWith, senderDnssec } from 'waxseal/receiving';

/** What a queue keeps of a message that was taken. */
export interface Taken extends Omit<OutboundMail, 'content'> {
  readonly octets: Buffer;
  readonly senderDnssec: Awaited<ReturnType<typeof senderDnssec>>;
}

/** A server that offers REQUIRETLS, keeps what a client asks, and says in the Received field how it was taken. */
export function startReceiver(
  adapters: NodeAdapters,
  take: (message: Taken) => Promise<void>,
  tls: { readonly cert: string; readonly key: string },
): SMTPServer {
  return new SMTPServer({
    ...tls,
    authOptional: true,
    // Offered under TLS only (RFC 8689, Section 4.1).
    hideREQUIRETLS: false,
    onMailFrom(address, session, done) {
      const answer = readRequireTls(address.args || {}, session.secure ? 'tls' : 'clear');
      if (answer.kind === 'taken') done();
      else done(Object.assign(new Error(answer.text), { responseCode: answer.code }));
    },
    async onData(stream, session, done) {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        await take(await taken(Buffer.concat(chunks), session, adapters));
        done();
      } catch (error) {
        done(Object.assign(error as Error, { responseCode: 451 }));
      }
    },
  });
}

async function taken(message: Buffer, session: SMTPServerSession, adapters: NodeAdapters): Promise<Taken> {
  const { mailFrom, rcptTo, smtpUtf8, requireTLS } = session.envelope;
  const from = mailFrom === false ? '' : mailFrom.address;
  const to = rcptTo.map(({ address }) => address);
  const requireTls = requireTLS === true ? 'yes' : 'no';
  const { tlsOptions } = session;
  const how = receivedWith({
    tls: tlsOptions === false ? null : { protocol: tlsOptions.version, cipher: tlsOptions.name },
    authenticated: session.user ? 'yes' : 'no',
    utf8: smtpUtf8 === true ? 'yes' : 'no',
    requireTls,
  });
  const received = `Received: from ${session.hostNameAppearsAs} ([${session.remoteAddress}])\r\n by ${hostname()} with ${how};\r\n ${new Date().toUTCString().replace('GMT', '+0000')}\r\n`;
  const octets = Buffer.concat([Buffer.from(received), message]);
  return {
    ...{ from, to, octets },
    facts: { ...readMessage(octets, [from, ...to]).facts, requireTls, report: 'none' },
    senderDnssec: await senderDnssec(from, { adapters, toAscii: domainToASCII }),
  };
}
