/* Messages in a stream: each with its length in two octets before it (RFC 1035, Section 4.2.2; RFC 7858, Section 3.3). */

export function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  // In one write: some servers read the length and the message with one call (RFC 7766, Section 8).
  return Buffer.concat([length, message]);
}

/** Takes octets as they come, and gives whole messages. */
export class Unframer {
  #pending: Buffer = Buffer.alloc(0);

  /** Octets that are no whole message yet. */
  get pending(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const messages: Uint8Array[] = [];
    while (this.#pending.length >= 2) {
      const end = 2 + this.#pending.readUInt16BE(0);
      if (this.#pending.length < end) break;
      messages.push(this.#pending.subarray(2, end));
      this.#pending = this.#pending.subarray(end);
    }
    return messages;
  }
}
