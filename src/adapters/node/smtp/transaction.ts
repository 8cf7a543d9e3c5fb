/*
 * One mail transaction: MAIL, RCPT, DATA, the message (RFC 5321, Section 3.3), as a group where the server takes one
 * (RFC 2920). Replies are matched to commands by counting. Whatever was answered before the connection was lost stays
 * in the answer.
 */
import type { AskOf, TransactionAnswer } from '../../../effects/catalog.js';
import type { MessageSource } from '../../../effects/ports.js';
import { strayReply } from '../../../policy/host/transaction.js';
import { classOf, codeOf, type Reply } from '../../../policy/smtp/reply.js';
import { isAddress, isParameter } from './command-syntax.js';
import { sendContent } from './content.js';
import { type Dialogue, type Heard, isLost } from './dialogue.js';

type Ask = AskOf<'smtp.send'>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<Omit<TransactionAnswer, 'recipients'>> & { recipients: (Reply | null)[] };

const START_OF_MESSAGE = 354;

/** Never rejects. A command that could break out of its line is never written; the answer is then `malformed`. */
export async function transact(
  dialogue: Dialogue,
  ask: Ask,
  message: MessageSource,
): Promise<TransactionAnswer> {
  const draft: Draft = {
    mail: null,
    recipients: ask.recipients.map(() => null),
    data: null,
    end: null,
    lost: null,
  };
  if (!isSayable(ask)) {
    return { ...draft, lost: 'malformed' };
  }
  const hear = (heard: Heard): Reply | null => {
    if (!isLost(heard)) return heard;
    if (draft.lost === null && heard.said !== undefined) draft.said = heard.said;
    draft.lost ??= heard.cause;
    return null;
  };
  const commands = {
    mail: `MAIL FROM:<${ask.sender}>${written(ask.parameters)}\r\n`,
    recipients: ask.recipients.map(
      (recipient, at) => `RCPT TO:<${recipient}>${written(ask.recipientParameters?.[at] ?? [])}\r\n`,
    ),
    data: 'DATA\r\n',
  };
  if (ask.reset === 'yes' && !(await resets(dialogue, hear, ask.deadlines.mailMs))) return draft;
  const grouped = ask.pipelining === 'yes' && ask.recipients.length > 0;
  if (grouped) dialogue.say(commands.mail + commands.recipients.join('') + commands.data);
  const { mailMs, recipientMs, dataMs, endOfDataMs } = ask.deadlines;
  const exchange = async (command: string, deadlineMs: number): Promise<Reply | null> =>
    hear(await (grouped ? dialogue.read(deadlineMs) : dialogue.command(command, deadlineMs)));

  draft.mail = await exchange(commands.mail, mailMs);
  if (!grouped && !isPositive(draft.mail)) return draft;
  for (const [index, command] of commands.recipients.entries()) {
    draft.recipients[index] = await exchange(command, recipientMs);
  }
  const accepted = draft.recipients.some(isPositive);
  if (!grouped && !accepted) return draft;
  draft.data = await exchange(commands.data, dataMs);
  if (draft.data === null || codeOf(draft.data) !== START_OF_MESSAGE) {
    // All that was asked is answered: one more reply means that one before it was not asked for.
    if (dialogue.refuseUnasked()) hear(dialogue.loss);
    return draft;
  }

  if (!accepted) {
    // The group was on its way; an empty message for nobody is the way out that RFC 2920, Section 3.1, gives.
    draft.end = hear(await dialogue.command('.\r\n', endOfDataMs));
  } else if (isPositive(draft.mail) && strayReply(draft) === null) {
    let dotSent = false;
    draft.end = hear(
      await sendContent(dialogue, message, ask.deadlines, () => {
        dotSent = true;
      }),
    );
    if (dotSent && draft.end === null) draft.dotSent = 'yes';
    draft.lost ??= dialogue.lost;
  } else {
    // Data without a sender, or a reply that answers none of the commands: even an empty message could reach somebody, and whom a whole
    // one reached could not be told.
    dialogue.lose('malformed');
    draft.lost = 'malformed';
  }
  return draft;
}

/** What another answer than yes leaves open nobody knows, so that the connection is of no use any more. */
async function resets(
  dialogue: Dialogue,
  hear: (heard: Heard) => Reply | null,
  deadlineMs: number,
): Promise<boolean> {
  const reply = hear(await dialogue.command('RSET\r\n', deadlineMs));
  if (isPositive(reply)) return true;
  if (reply !== null) {
    dialogue.lose('closed');
    hear({ kind: 'lost', cause: 'closed', said: `${reply.code} ${reply.lines.join(' ')}` });
  }
  return false;
}

function written(parameters: readonly string[]): string {
  return parameters.map((parameter) => ` ${parameter}`).join('');
}

function isSayable({ sender, parameters, recipients, recipientParameters = [] }: Ask): boolean {
  const isWritable = [parameters, ...recipientParameters].every((some) => some.every(isParameter));
  return isWritable && [sender, ...recipients].every(isAddress);
}

function isPositive(reply: Reply | null): boolean {
  return reply !== null && classOf(reply) === '2yz';
}
