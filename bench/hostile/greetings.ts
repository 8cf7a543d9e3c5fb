/* What a hostile mail host answers to EHLO: within 64 KiB. */
const lines = (count: number, line: (at: number) => string) =>
  Buffer.from(
    `${['250-mx.a.example', ...Array.from({ length: count }, (_, at) => `250-${line(at)}`)].join('\r\n')}\r\n250 STARTTLS\r\n`,
  );

export const GREETINGS = {
  plain: lines(0, () => ''),
  'EHLO: blanks behind keywords': lines(31, () => `a ${' '.repeat(2000)}\u2028x`),
  'EHLO: keywords': lines(120, (at) => `X${at} ${'a='.repeat(250)}`),
  'EHLO: controls': lines(31, () => `X${'\u0085\u009f'.repeat(500)}`),
  'reply without an end': Buffer.alloc(16_000_000, `250-${'x'.repeat(60)}\r\n`),
  'line without an end': Buffer.alloc(16_000_000, 'x'),
} as const satisfies Readonly<Record<string, Buffer>>;
