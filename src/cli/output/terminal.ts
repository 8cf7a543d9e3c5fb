/*
 * The two streams. Whoever reads them may go away at any time; what the command ends with does not depend on that.
 */
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Colours a text, or leaves it alone. */
export type Paint = (style: Style, text: string) => string;

let isLost = false;

/** Whether something that was printed is not where it should be; a reader who went away has not missed it. */
export function hasLostOutput(): boolean {
  return isLost;
}

/** Must be called before anything is written. */
export function tolerateClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    isLost = true;
    complain(`waxseal: the output cannot be written: ${error.message}`);
  });
  process.stderr.on('error', () => {});
}

/** Writes to standard output; resolves when it is written, or never can be. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(escaped(text), () => resolve());
  });
}

/** A line on standard error. */
export function complain(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Colour on a terminal, unless NO_COLOR says otherwise. */
export function painter(): Paint {
  const isColoured = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  return isColoured ? (style, text) => styleText(style, text) : (_, text) => text;
}

/** Without control characters, so that nothing that a server or a file says can steer a terminal. Line ends stay. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** The same JSON, and the same text but for characters that steer: DEL, C1 and directions are written as \\u (RFC 8259, Section 7). */
function escaped(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
