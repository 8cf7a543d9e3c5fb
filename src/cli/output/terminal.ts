/*
 * The two streams. Whoever reads them may go away at any time; what the command ends with does not depend on that.
 */
import { styleText } from 'node:util';
import { escaped, printable } from '../../engine/text/printable.js';
import type { Paint } from '../../engine/text/wrap.js';

export { printable } from '../../engine/text/printable.js';
export type { Paint, Style } from '../../engine/text/wrap.js';

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

/**
 * Writes to standard output; resolves when it is written, or never can be. Whatever is printed is escaped here once more, so that no
 * command can forget it; of JSON that is the same JSON (RFC 8259, Section 7).
 */
export function print(text: string): Promise<void> {
  // What paints stays, and is put in here only.
  const shown = isColoured()
    ? text
        .split(PAINT)
        .map((part, at) => (at % 2 === 1 ? part : escaped(part)))
        .join('')
    : escaped(text);
  return new Promise((resolve) => {
    process.stdout.write(shown, () => resolve());
  });
}

/** A line on standard error. */
export function complain(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Colour on a terminal, unless NO_COLOR says otherwise. */
export function painter(): Paint {
  return isColoured() ? (style, text) => styleText(style, text) : (_, text) => text;
}

function isColoured(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what paints
const PAINT = /(\u001b\[[0-9]{1,3}m)/;
