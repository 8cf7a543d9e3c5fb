/* What a hostile policy host says once it has been asked. */
import type { Socket } from 'node:net';

const head = (more: string) => `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${more}\r\n`;
const FIELDS = 'version: STSv1\nmode: enforce\nmax_age: 86400\n';
const OCTETS = 65_536;

/** A policy file of 64 KiB that ends in so many of these lines. */
export function policyOf(line: (at: number) => string): string {
  const lines = [FIELDS];
  for (let at = 0, octets = FIELDS.length; ; at += 1) {
    const next = `${line(at)}\n`;
    octets += next.length;
    if (octets > OCTETS) return lines.join('');
    lines.push(next);
  }
}

export const POLICIES = {
  'policy: mx lines': policyOf((at) => `mx:${at.toString(36)}.e`),
  'policy: lines that are none': policyOf(() => '!'),
  'policy: one mx of 64 KiB': `${FIELDS}mx: ${'a.'.repeat(32_000)}example\n`,
  'policy: one label of 64 KiB': `${FIELDS}mx: ${'a'.repeat(64_000)}-\n`,
  'policy: blanks': `${FIELDS}mx: a${' '.repeat(64_000)}b\n`,
} as const;

const whole = (text: string) => (socket: Socket) =>
  socket.end(`${head(`content-length: ${Buffer.byteLength(text)}\r\n`)}${text}`);

/** Says it again and again, as fast as it is read. */
const flood = (start: string, again: string) => (socket: Socket) => {
  const piece = Buffer.from(again.repeat(Math.ceil(OCTETS / again.length)));
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
    if (!socket.destroyed) socket.once('drain', more);
  };
  socket.write(start);
  more();
};

export const PAGES = {
  none: (socket: Socket) => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'),
  ...(Object.fromEntries(Object.entries(POLICIES).map(([name, text]) => [name, whole(text)])) as {
    [name in keyof typeof POLICIES]: ReturnType<typeof whole>;
  }),
  'HTTP: interim responses': flood('', 'HTTP/1.1 103 Early Hints\r\n\r\n'),
  'HTTP: header fields': flood('HTTP/1.1 200 OK\r\n', 'a: b\r\n'),
  'HTTP: chunks of one octet': flood(head('transfer-encoding: chunked\r\n'), '1\r\nx\r\n'),
  'HTTP: trailer fields': flood(`${head('transfer-encoding: chunked\r\n')}0\r\n`, 'a: b\r\n'),
} as const;
