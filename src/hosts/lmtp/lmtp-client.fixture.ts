import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ListenAddress } from '../listen-address.js';

/** The name is not ours: clients ask for what they were configured with, and are answered by the certificate that there is. */
const TLS = { rejectUnauthorized: false, servername: 'mail.elsewhere.example' } as const;

/** A client that says what it is told to, and hears whole replies. */
export class LmtpClient {
  #socket: Socket;
  #heard = '';
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async open(address: ListenAddress, { underTls = false } = {}): Promise<LmtpClient> {
    const plain = address.kind === 'tcp' ? connect(address.port, address.host) : connect(address.path);
    const client = new LmtpClient(underTls ? connectTls({ ...TLS, socket: plain }) : plain);
    await client.hear();
    return client;
  }

  /** Says a line, or several at once, and hears as many replies. */
  async say(...lines: readonly string[]): Promise<readonly string[]> {
    this.write(`${lines.join('\r\n')}\r\n`);
    return this.hear(lines.length);
  }

  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** The next replies, those of several lines joined by blanks. */
  async hear(count = 1): Promise<readonly string[]> {
    const replies: string[] = [];
    while (replies.length < count) {
      const reply = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#heard)?.[0];
      if (reply === undefined) {
        if (this.#socket.destroyed) throw new Error(`closed after ${JSON.stringify(replies)}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      this.#heard = this.#heard.slice(reply.length);
      replies.push(reply.trim().replace(/\r?\n/g, ' '));
    }
    return replies;
  }

  /** LHLO, envelope, message; the answers behind the final dot. */
  async hand(
    to: readonly string[],
    { from = 's@s.test', message = 'Subject: x\r\n\r\nHello.\r\n', parameters = '' } = {},
  ): Promise<readonly string[]> {
    await this.say(`MAIL FROM:<${from}>${parameters}`);
    for (const recipient of to) await this.say(`RCPT TO:<${recipient}>`);
    await this.say('DATA');
    this.write(`${message}.\r\n`);
    return this.hear(to.length);
  }

  /** Answers the name of who presented himself. */
  async startTls(): Promise<string> {
    await this.say('STARTTLS');
    this.#socket.removeAllListeners();
    const socket = connectTls({ ...TLS, socket: this.#socket });
    this.#socket = socket;
    this.#heard = '';
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    this.#listen();
    return `${socket.getPeerCertificate().subject.CN}`;
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => {
      this.#heard += text;
      this.#wake();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => this.#wake());
  }
}
