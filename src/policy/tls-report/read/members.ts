/*
 * Members of one JSON object, read one by one in the type that they should have, or in the one that senders have been seen
 * to write instead. Every detour is noted; what cannot be read is as if it were absent.
 */

import { parseDnsName } from '../../names/domain-name.js';
import { familyOf } from '../../names/ip-address.js';
import { STRINGS_MAX, TEXT_LENGTH_MAX } from './bounds.js';
import type { DeviationList } from './deviations.js';
import { type Json, type JsonObject, pathOf } from './json.js';

const COUNT = /^\s*\+?([0-9]{1,16})(?:\.0*)?\s*$/;

/** Whether a member has to be there. */
export type Presence = 'required' | 'optional';

export class Members {
  private readonly read = new Set<string>();

  constructor(
    private readonly object: JsonObject,
    readonly path: string,
    readonly deviations: DeviationList,
  ) {}

  /** The value of a member, under its name or one of the wrong names that it is known by. */
  take(name: string, presence: Presence, wrongNames: readonly string[] = []): Json | undefined {
    const key = this.object.has(name) ? name : wrongNames.find((wrong) => this.object.has(wrong));
    if (key !== undefined && !this.read.has(key)) {
      this.read.add(key);
      if (key !== name) this.deviations.add('misnamed-member', this.place(key), name);
      const value = this.object.get(key) ?? null;
      if (value !== null) return value;
    }
    if (presence === 'required') this.deviations.add('missing-member', this.place(name));
    return undefined;
  }

  text(name: string, presence: Presence, wrongNames?: readonly string[]): string {
    const value = this.take(name, presence, wrongNames);
    if (value === undefined) return '';
    if (typeof value === 'string') return this.bounded(value, this.place(name));
    this.deviations.add('wrong-type', this.place(name), value);
    return typeof value === 'number' ? String(value) : '';
  }

  /** A list of strings; one string stands for a list of one. */
  texts(name: string, presence: Presence, wrongNames?: readonly string[]): readonly string[] {
    const value = this.take(name, presence, wrongNames);
    if (value === undefined) return [];
    const place = this.place(name);
    if (typeof value === 'string') {
      this.deviations.add('single-value', place, value);
      return value === '' ? [] : [this.bounded(value, place)];
    }
    if (!Array.isArray(value)) {
      this.deviations.add('wrong-type', place, value);
      return [];
    }
    if (value.length > STRINGS_MAX) this.deviations.add('too-many-values', place, value.length);
    return value.slice(0, STRINGS_MAX).flatMap((each: Json, at) => {
      if (typeof each === 'string') return [this.bounded(each, pathOf(place, at))];
      this.deviations.add('wrong-type', pathOf(place, at), each);
      return [];
    });
  }

  /** A count of sessions; null where there is none that could be read. */
  count(name: string): number | null {
    const value = this.take(name, 'required');
    if (value === undefined) return null;
    const text = typeof value === 'string' ? COUNT.exec(value) : null;
    if (text !== null) this.deviations.add('number-in-quotes', this.place(name), value);
    const count = text === null ? value : Number(text[1]);
    if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
    this.deviations.add(typeof count === 'number' ? 'bad-count' : 'wrong-type', this.place(name), value);
    return null;
  }

  /** A domain name in lower case; what is none is kept as it stands. `pattern`: "*." may precede it. */
  name(name: string, presence: Presence, wrongNames?: readonly string[]): string {
    const text = this.text(name, presence, wrongNames).trim();
    return text === '' ? '' : this.checkedName(text, this.place(name));
  }

  checkedName(text: string, place: string): string {
    const wildcard = text.startsWith('*.') ? '*.' : '';
    const known = parseDnsName(text.slice(wildcard.length));
    if (known === null) this.deviations.add('not-a-domain-name', place, text);
    return known === null ? text.toLowerCase() : `${wildcard}${known}`;
  }

  address(name: string): string {
    const text = this.text(name, 'optional').trim();
    if (text !== '' && familyOf(text) === null)
      this.deviations.add('not-an-ip-address', this.place(name), text);
    return text.toLowerCase();
  }

  /** Notes what nobody asked for. */
  finish(): void {
    for (const key of this.object.keys()) {
      if (this.deviations.isFull) return;
      if (!this.read.has(key)) this.deviations.add('unknown-member', this.place(key));
    }
  }

  place(name: string): string {
    return pathOf(this.path, name);
  }

  private bounded(text: string, place: string): string {
    if (text.length <= TEXT_LENGTH_MAX) return text;
    this.deviations.add('value-too-long', place, text);
    return text.slice(0, TEXT_LENGTH_MAX);
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}
