/* Whether mail may come in, and keeping it: facts of a session are put to the tables, and what they say is answered. */
import type { SMTPServerAddress, SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { errorText } from '../../effects/error-text.js';
import { MisuseError } from '../../effects/misuse.js';
import { inALabels, isGiven, retOf } from '../../hosts/lmtp/envelope.js';
import {
  type AdmissionFacts,
  type AdmissionReply,
  judgeAdmission,
  judgeLine,
  judgeSender,
  judgeSubmitter,
  REFUSALS,
} from '../../policy/queue/admission.tables.js';
import { receivedField } from '../../policy/smtp/received-field.js';
import { ContentRefused, newId, submittedContent } from '../../services/queue/index.js';
import type { DoorKind, Gate, MailDoorOptions, Transaction } from './door.js';
import { isLocal } from './peers.js';
import {
  addressWord,
  envelopeIdOf,
  recipientParameters,
  senderParameters,
  tlsOf,
  uniqueRecipients,
  userOf,
} from './session-words.js';

/** Thrown at the end of octets that came too late to be kept. */
class TooLate extends Error {}

export class Asking {
  readonly #options: MailDoorOptions;
  readonly #kind: DoorKind;
  readonly #gate: Gate;

  constructor(options: MailDoorOptions, kind: DoorKind, gate: Gate) {
    this.#options = options;
    this.#kind = kind;
    this.#gate = gate;
  }

  /** What is answered to MAIL, if it is refused. Never rejects. */
  async mail(address: SMTPServerAddress, session: SMTPServerSession): Promise<AdmissionReply | null> {
    const { users, requireTls } = this.#options;
    const user = users.of(session);
    const right = judgeSubmitter({
      peer: isLocal(session.remoteAddress) ? 'local' : 'remote',
      users: users.count > 0 && this.#kind !== 'lmtp' ? 'some' : 'none',
      login: user === null ? 'none' : 'done',
    });
    if (right.verdict !== 'take') return this.told('MAIL', session, REFUSALS[right.verdict], right.row);
    const isOff = requireTls === 'off' && isGiven(address, 'REQUIRETLS');
    const line = judgeLine({
      parameters: isOff ? 'switched-off' : senderParameters(address),
      address: address.address === '' ? 'fit' : addressWord(address, session),
    });
    if (line.verdict !== 'take')
      return this.told('MAIL', session, refusalOf(line.verdict, 'bad-sender'), line.row);
    const his = judgeSender(inALabels(address.address), user?.from ?? []);
    if (his.verdict === 'refuse') return this.told('MAIL', session, REFUSALS['not-yours'], his.row);
    return this.#admit('MAIL', session, 'fit', 1);
  }

  /** What is answered to RCPT, if it is refused. Never rejects. */
  async recipient(
    address: SMTPServerAddress,
    recipient: string,
    session: SMTPServerSession,
  ): Promise<AdmissionReply | null> {
    const isLost = await this.#options.isSuppressed(recipient).catch((error: unknown) => {
      this.#options.onFault(`the suppression list cannot be read: ${errorText(error)}`);
      return null;
    });
    if (isLost === null)
      return this.told(
        'RCPT',
        session,
        { code: 451, text: '4.3.0 it cannot be known now; try again later' },
        null,
      );
    const written = address.address.includes('@') ? addressWord(address, session) : 'fit';
    const line = judgeLine({
      parameters: recipientParameters(address),
      address: isLost ? 'suppressed' : written,
    });
    if (line.verdict === 'take') return null;
    return this.told('RCPT', session, refusalOf(line.verdict, 'bad-recipient'), line.row);
  }

  /** Keeps a message, and says what is answered behind its final dot. Never rejects. */
  async keep(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    transaction: Transaction,
  ): Promise<AdmissionReply> {
    const { users, onFault } = this.#options;
    const user = userOf(session);
    const refusal = await this.#admit('DATA', session, 'fit', transaction.recipients.length);
    if (refusal !== null) {
      stream.resume();
      return refusal;
    }
    const octets = stream.iterator({ destroyOnReturn: false });
    try {
      const id = await this.#enqueue(octets, session, transaction);
      return { code: 250, text: `2.6.0 queued as ${id}` };
    } catch (error) {
      // Whoever reads on is to let go of it first: until all has come nothing is answered.
      const goOn = () => stream.resume();
      void octets.return?.().then(goOn, goOn);
      users.spend(user, -transaction.recipients.length);
      if (error instanceof ContentRefused) {
        const found = await this.#admit('DATA', session, error.fault, 0);
        if (found !== null) return found;
      }
      if (error instanceof TooLate) return this.told('DATA', session, REFUSALS['come-again'], null);
      if (error instanceof MisuseError)
        return this.told('DATA', session, { code: 554, text: `5.6.0 ${error.message}` }, null);
      if (!stream.destroyed) onFault(`a message cannot be kept: ${errorText(error)}`);
      return this.told(
        'DATA',
        session,
        { code: 451, text: '4.3.0 it cannot be kept now; try again later' },
        null,
      );
    }
  }

  async #enqueue(
    octets: AsyncIterable<Buffer>,
    session: SMTPServerSession,
    { sender, recipients, beganAt }: Transaction,
  ): Promise<string> {
    const { intake, name, limits, clock, onEvent } = this.#options;
    const id = newId(clock());
    const user = userOf(session);
    const mailFrom = session.envelope.mailFrom;
    const requireTls = session.envelope.requireTLS === true ? 'yes' : 'no';
    const content = submittedContent({
      octets: this.#untilShut(octets),
      trace: this.#trace(id, session, recipients),
      ...{ from: sender, messageId: `${id}@${name}`, now: clock() },
      ...{ octetsMax: limits().messageBytes, lineEnds: 'as-given' },
    });
    const kept = intake.enqueue({
      ...{ id, from: sender, content, facts: { requireTls, report: 'none' } },
      to: uniqueRecipients(recipients),
      ret: mailFrom === false ? 'absent' : (retOf(mailFrom) ?? 'absent'),
      ...envelopeIdOf(mailFrom),
      ...(session.hostNameAppearsAs ? { receivedFrom: session.hostNameAppearsAs } : {}),
      ...(user === null ? {} : { account: user }),
    });
    this.#gate.begun.add(kept);
    try {
      await kept;
    } finally {
      this.#gate.begun.delete(kept);
    }
    onEvent({
      ...{ event: 'accepted', door: this.#kind, id, from: sender, recipients: recipients.length },
      ...{ client: session.remoteAddress, user, tls: tlsOf(session)?.protocol ?? null, requireTls },
      seconds: Math.max(0, clock() - beganAt) / 1000,
    });
    return id;
  }

  /** Nothing begins to be kept that could not be answered any more. */
  async *#untilShut(octets: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    yield* octets;
    if (this.#gate.phase === 'shut') throw new TooLate();
  }

  #trace(id: string, session: SMTPServerSession, recipients: Transaction['recipients']): string {
    return receivedField({
      helo: session.hostNameAppearsAs || '',
      address: session.remoteAddress,
      by: this.#options.name,
      protocol: this.#kind === 'lmtp' ? 'LMTP' : 'SMTP',
      extended: session.openingCommand === 'HELO' ? 'no' : 'yes',
      login: userOf(session) === null ? 'none' : 'done',
      utf8: session.envelope.smtpUtf8 === true ? 'asked-for' : 'not-asked-for',
      tls: tlsOf(session),
      requireTls: session.envelope.requireTLS === true ? 'yes' : 'no',
      id,
      recipient: recipients.length === 1 ? recipients[0]!.address : null,
      now: this.#options.clock(),
    });
  }

  async #admit(
    stage: 'MAIL' | 'DATA',
    session: SMTPServerSession,
    content: AdmissionFacts['content'],
    recipients: number,
  ): Promise<AdmissionReply | null> {
    const { room, users } = this.#options;
    const decision = judgeAdmission({
      door:
        this.#gate.phase === 'open' || (stage === 'DATA' && this.#gate.phase === 'draining')
          ? 'open'
          : 'closing',
      room: await room(),
      allowance: users.allowanceOf(userOf(session), recipients),
      content,
    });
    if (decision.verdict === 'keep') {
      // At once, so that messages that come side by side do not all find the same left.
      if (stage === 'DATA') users.spend(userOf(session), recipients);
      return null;
    }
    return this.told(stage, session, REFUSALS[decision.verdict], decision.row);
  }

  told(
    stage: 'AUTH' | 'MAIL' | 'RCPT' | 'DATA',
    session: SMTPServerSession,
    reply: AdmissionReply,
    row: string | null,
  ): AdmissionReply {
    const { code, text } = reply;
    const [client, user] = [session.remoteAddress, userOf(session)];
    this.#options.onEvent({ event: 'refused', door: this.#kind, stage, code, row, client, user, text });
    return reply;
  }
}

function refusalOf(
  verdict: 'refuse' | 'bad-parameter' | 'unknown-parameter' | 'bad-address' | 'ask-for-utf8',
  bad: 'bad-sender' | 'bad-recipient',
): AdmissionReply {
  if (verdict === 'refuse') return REFUSALS.suppressed;
  return verdict === 'bad-address' ? REFUSALS[bad] : REFUSALS[verdict];
}
