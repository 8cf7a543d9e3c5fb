/** What a {@link LineReader} tells its owner. */
export interface LineEvents {
  /** A command line without its CRLF, decoded as UTF-8 (RFC 6531). */
  readonly command: (line: string) => void;
  /** A whole message with dots unstuffed, or that it was larger than allowed. */
  readonly message: (octets: Buffer | 'too-large') => void;
  /** A line ran over its bound; the reader has stopped. */
  readonly tooLong: () => void;
  readonly messageOctetsMax: number;
}

const crlf = Buffer.from('\r\n');
const dot = 0x2e;
const commandOctetsMax = 4096;
const textOctetsMax = 65_536;

/** Cuts octets into command lines and messages. Only CRLF ends a line (RFC 5321, Section 2.3.8). */
export class LineReader {
  readonly #events: LineEvents;
  #pending: Buffer = Buffer.alloc(0);
  #state: 'commands' | 'message' | 'stopped' = 'commands';
  #lines: Buffer[] = [];
  #octets = 0;

  constructor(events: LineEvents) {
    this.#events = events;
  }

  /** What follows is a message, up to a line with a single dot. */
  expectMessage(): void {
    this.#state = 'message';
    this.#lines = [];
    this.#octets = 0;
  }

  stop(): void {
    this.#state = 'stopped';
    this.#pending = Buffer.alloc(0);
  }

  push(chunk: Buffer): void {
    if (this.#state === 'stopped') return;
    const buffer = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let start = 0;
    let end = buffer.indexOf(crlf);
    while (end !== -1 && this.#take(buffer.subarray(start, end))) {
      start = end + crlf.length;
      end = buffer.indexOf(crlf, start);
    }
    if (this.#stopped()) return;
    this.#pending = buffer.subarray(start);
    if (this.#tooLong(this.#pending)) this.#giveUp();
  }

  // Its own function because a callback may have stopped the reader, which control flow analysis cannot see.
  #stopped(): boolean {
    return this.#state === 'stopped';
  }

  #tooLong(line: Buffer): boolean {
    return line.length > (this.#state === 'message' ? textOctetsMax : commandOctetsMax);
  }

  #giveUp(): void {
    this.stop();
    this.#events.tooLong();
  }

  #take(line: Buffer): boolean {
    if (this.#tooLong(line)) this.#giveUp();
    else if (this.#state === 'commands') this.#events.command(line.toString('utf8'));
    else if (line.length === 1 && line[0] === dot) this.#endMessage();
    else this.#keep(line[0] === dot ? line.subarray(1) : line);
    return !this.#stopped();
  }

  #keep(line: Buffer): void {
    this.#octets += line.length + crlf.length;
    if (this.#octets <= this.#events.messageOctetsMax) this.#lines.push(line, crlf);
    else this.#lines = [];
  }

  #endMessage(): void {
    this.#state = 'commands';
    const whole = this.#octets > this.#events.messageOctetsMax ? 'too-large' : Buffer.concat(this.#lines);
    this.#lines = [];
    this.#events.message(whole);
  }
}
