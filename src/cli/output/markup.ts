/*
 * Markup that is safe by the way it is made: whatever stands in a template as text is escaped, and only what a template made is
 * not. Reports are written by strangers.
 */
import { printable } from './terminal.js';

export class Markup {
  constructor(readonly source: string) {}
}

type Part = Markup | string | number | readonly (Markup | string)[];

/** For text between tags, and for attribute values in double quotes. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.map((text, at) => text + (at < parts.length ? sourceOf(parts[at]!) : '')).join(''),
  );
}

export const NOTHING = new Markup('');

function sourceOf(part: Part): string {
  if (part instanceof Markup) return part.source;
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part.map(sourceOf).join('');
}

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
