import type { MessageSource } from '../../../effects/ports.js';
import { classOf } from '../../../policy/smtp/reply.js';
import { type Dialogue, type Heard, isLost } from './dialogue.js';
import { DotStuffer } from './dot-stuffing.js';

/** Octets written together; larger chunks are cut, so that memory stays bounded whatever the source yields. */
const BATCH_OCTETS = 65_536;

/** How long each block of the message may take, and the reply to its end, in milliseconds. */
export interface ContentDeadlines {
  readonly dataBlockMs: number;
  readonly endOfDataMs: number;
}

/**
 * Sends the message and reads the reply to its end. A refusal that comes before the end is that reply, and the
 * connection is closed; an acceptance that comes before the end is no answer to it, and loses the connection as
 * malformed. A source that throws loses it as closed: half a message is never ended by a dot. `whenSent` is told of the final
 * dot. Never rejects.
 *
 * The clock of a block is set anew whenever octets come from the source or have gone out, and that of the reply starts
 * once the last octet has.
 */
export async function sendContent(
  dialogue: Dialogue,
  message: MessageSource,
  { dataBlockMs, endOfDataMs }: ContentDeadlines,
  whenSent: () => void,
): Promise<Heard> {
  // What came together with the invitation to send cannot be about what was not sent yet.
  if (dialogue.refuseUnasked()) return dialogue.loss;
  let early: Heard | null = null;
  const look = (): Heard | null => {
    early ??= dialogue.poll();
    return early;
  };
  dialogue.allow(dataBlockMs);
  // A source that never yields must not hold the answer back: the loss of the connection wins.
  const lost = dialogue.whenLost().then(() => 'stopped' as const);
  if ((await Promise.race([feed(dialogue, message, look, whenSent), lost])) === 'sent')
    return dialogue.read(endOfDataMs);
  return premature(dialogue, look());
}

function premature(dialogue: Dialogue, heard: Heard | null): Heard {
  if (heard === null || isLost(heard)) return heard ?? { kind: 'lost', cause: 'closed' };
  const refusal = classOf(heard) === '4yz' || classOf(heard) === '5yz';
  dialogue.lose(refusal ? 'closed' : 'malformed');
  return refusal
    ? heard
    : { kind: 'lost', cause: 'malformed', said: `${heard.code} ${heard.lines.join(' ')}` };
}

/** Sent: everything up to the last dot has gone out. Stopped: something was heard before. */
async function feed(
  dialogue: Dialogue,
  message: MessageSource,
  look: () => Heard | null,
  whenSent: () => void,
): Promise<'sent' | 'stopped'> {
  const { socket } = dialogue;
  const stuffer = new DotStuffer();
  let held = 0;
  socket.cork();
  try {
    for await (const chunk of message()) {
      // A string would pass through unstuffed.
      if (!(chunk instanceof Uint8Array)) throw new TypeError('a message consists of octets');
      if (dialogue.lost !== null) return 'stopped';
      dialogue.allowAgain();
      for (let at = 0; at < chunk.length; at += BATCH_OCTETS) {
        const octets = stuffer.push(
          chunk.length <= BATCH_OCTETS ? chunk : chunk.subarray(at, at + BATCH_OCTETS),
        );
        dialogue.write(octets);
        held += octets.length;
        if (held < BATCH_OCTETS) continue;
        held = 0;
        socket.uncork();
        do {
          await dialogue.writable();
          if (look() !== null) return 'stopped';
        } while (socket.writableNeedDrain);
        dialogue.allowAgain();
        socket.cork();
      }
    }
    if (look() !== null) return 'stopped';
    const sending = dialogue.flush(stuffer.end());
    whenSent();
    socket.uncork();
    await sending;
    return 'sent';
  } catch {
    dialogue.lose('closed');
    return 'stopped';
  } finally {
    socket.uncork();
  }
}
