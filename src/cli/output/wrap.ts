import { type Paint, printable } from './terminal.js';

const LABEL_WIDTH = 16;

const WIDTH_MIN = 60;
/** Longer lines are hard to read; also where no terminal tells its width. */
const WIDTH_MAX = 100;

/** How long lines may be: as the terminal is, within reason. */
export function lineWidth(): number {
  return Math.min(Math.max(process.stdout.columns ?? WIDTH_MAX, WIDTH_MIN), WIDTH_MAX);
}

/** Words in lines of at most so many characters, the first and the others behind their own beginnings; a word that is longer stands alone. */
export function wrapped(text: string, first: string, rest: string, width = lineWidth()): string {
  const lines: string[] = [];
  let line = first;
  let isBare = true;
  for (const word of printable(text.replaceAll('\n', ' ')).split(' ')) {
    if (!isBare && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isBare = true;
    }
    line += isBare ? word : ` ${word}`;
    isBare = false;
  }
  return `${[...lines, line].join('\n')}\n`;
}

/** A text behind its label, wrapped beside it. */
export function labelled(label: string, text: string, paint: Paint): string {
  const rest = ' '.repeat(2 + LABEL_WIDTH);
  return `  ${paint('dim', label.padEnd(LABEL_WIDTH))}${wrapped(text, rest, rest).slice(rest.length)}`;
}
