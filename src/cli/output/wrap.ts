/* Lines as long as the terminal is. */
import * as text from '../../engine/text/wrap.js';
import type { Paint } from './terminal.js';

const WIDTH_MIN = 40;
/** Longer lines are hard to read; also where nobody tells a width. */
const WIDTH_MAX = 100;

/** How long lines may be, within reason: as the terminal says, or else the variable that terminals set. */
export function lineWidth(): number {
  const columns = process.stdout.columns || Number(process.env.COLUMNS);
  return columns > 0 ? Math.min(Math.max(Math.floor(columns), WIDTH_MIN), WIDTH_MAX) : WIDTH_MAX;
}

/** Words in lines that fit, the first and the others behind their own beginnings. */
export function wrapped(words: string, first: string, rest: string): string {
  return text.wrapped(words, first, rest, lineWidth());
}

/** A text behind its label, wrapped beside it. */
export function labelled(label: string, words: string, paint: Paint): string {
  return text.labelled(label, words, { width: lineWidth(), paint });
}

/** A whole text whose lines go on, where they are too long for the terminal, below what stands in their last column. Else as it is: who reads a file may want lines whole. */
export function fitted(lines: string): string {
  return process.stdout.isTTY === true
    ? lines.replaceAll(/^.*$/gm, (line) => text.folded(line, lineWidth()))
    : lines;
}
