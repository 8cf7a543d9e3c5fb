/*
 * Text in lines. Nothing that is handed in can steer a terminal: it is escaped here, so that no renderer can forget it.
 */
import { printable } from './printable.js';

/** What a colour or weight is for; whoever paints decides what it looks like. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Colours a text, or leaves it alone. */
export type Paint = (style: Style, text: string) => string;

/** What lines are made for. */
export interface Page {
  /** How long a line may be, in characters. */
  readonly width: number;
  readonly paint: Paint;
}

export const LABEL_WIDTH = 16;

/** Words in lines of at most so many characters, the first and the others behind their own beginnings; a word that is longer stands alone. */
export function wrapped(text: string, first: string, rest: string, width: number): string {
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
export function labelled(label: string, text: string, { width, paint }: Page): string {
  const rest = ' '.repeat(2 + LABEL_WIDTH);
  return `  ${paint('dim', label.padEnd(LABEL_WIDTH))}${wrapped(text, rest, rest, width).slice(rest.length)}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what paints
const PAINTED = /\u001b\[[0-9]{1,3}m/g;

/** A line, painted or not, that goes on below its second column, or its beginning where it has but one, if it is too long. */
export function folded(line: string, width: number): string {
  const bare = line.replace(PAINTED, '');
  if (bare.length <= width) return line;
  const column = /^(?: *\S+(?: \S+)*? {2,})(?=\S)/.exec(bare)?.[0] ?? /^ */.exec(bare)![0];
  const rest = ' '.repeat(column.length < width / 2 ? column.length : 2);
  let length = 0;
  let text = '';
  for (const part of line.split(/(?<= )(?! )/)) {
    const { length: own } = part.replace(PAINTED, '').trimEnd();
    if (length > 0 && length + own > width && text.trim() !== '') {
      text = `${text.trimEnd()}\n${rest}`;
      length = rest.length;
    }
    text += part;
    length += part.replace(PAINTED, '').length;
  }
  return text;
}
