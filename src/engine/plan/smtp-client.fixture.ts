import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';

/** A mail system's own connection: it says what it is told to, and hears whole replies. */
export class SmtpClient {
  #socket: Socket;
  #heard = '';
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async open(address: string, port: number): Promise<{ client: SmtpClient; greeting: string }> {
    const client = new SmtpClient(connect(port, address));
    return { client, greeting: await client.hear() };
  }

  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.hear();
  }

  /** A whole reply, with its line ends. */
  async hear(): Promise<string> {
    for (;;) {
      const reply = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#heard)?.[0];
      if (reply !== undefined) {
        this.#heard = this.#heard.slice(reply.length);
        return reply;
      }
      if (this.#socket.destroyed) throw new Error('closed');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The handshake over the same connection; rejects if it fails. */
  async startTls(options: ConnectionOptions): Promise<TLSSocket> {
    this.#socket.removeAllListeners();
    const secure = connectTls({ ...options, socket: this.#socket });
    await new Promise((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject));
    this.#socket = secure;
    this.#listen();
    return secure;
  }

  async send(sender: string, parameters: readonly string[], to: readonly string[]) {
    const mail = await this.say([`MAIL FROM:<${sender}>`, ...parameters].join(' '));
    const recipients: string[] = [];
    for (const each of to) recipients.push(await this.say(`RCPT TO:<${each}>`));
    const data = await this.say('DATA');
    return { mail, recipients, data, end: await this.say('Subject: x\r\n\r\nHello.\r\n.') };
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
