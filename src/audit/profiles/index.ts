import { exim } from './exim.js';
import { kumomta } from './kumomta.js';
import { maddy } from './maddy.js';
import { mox } from './mox.js';
import { postfix, postfixAlone } from './postfix.js';
import type { Profile } from './profile.js';
import { stalwart } from './stalwart.js';

export type { OtherEnd, OtherRow, Profile, Unknown } from './profile.js';

/** Everyone that can be compared with, in the order in which they are shown. */
export const profiles: readonly Profile[] = [postfix, postfixAlone, exim, mox, kumomta, stalwart, maddy];

export function profileNamed(name: string): Profile | null {
  return profiles.find((each) => each.name === name) ?? null;
}
