import { type Profile, profileNamed, profiles } from '../audit/profiles/index.js';
import { PROFILES, type ProfileName } from '../policy/settings.js';
import { misuse } from './arguments.js';

/** Those that are compared with unless somebody chooses. */
const USUAL = ['postfix', 'exim', 'mox', 'kumomta', 'stalwart', 'maddy'];

/** Every name that `--as` takes. */
export const PROFILE_NAMES: readonly string[] = [
  ...new Set([...Object.keys(PROFILES), ...profiles.map(({ name }) => name)]),
];

/** Names joined by commas; undefined: the usual ones. Throws a CommandError. */
export function readProfiles(text: string | undefined): readonly Profile[] {
  const names = text === undefined ? USUAL : text.split(',').map((name) => name.trim());
  return [...new Set(names)].map((name) => readProfile('--with', name));
}

/** A mail system that there is a profile of, or settings by name. Throws a CommandError. */
export function readProfile(option: string, name: string): Profile {
  const known = profileNamed(name);
  if (known !== null) return known;
  if (Object.hasOwn(PROFILES, name)) return settingsOnly(name, PROFILES[name as ProfileName]);
  throw misuse(`${option} ${JSON.stringify(name)} is no profile; there is: ${PROFILE_NAMES.join(', ')}`);
}

/** A profile of nothing but settings. */
export function settingsOnly(name: string, settings: Profile['settings']): Profile {
  return {
    name,
    software: `Waxseal with the settings ${name}`,
    settings,
    rows: [],
    ends: [],
    unknown: [],
    ownStatuses: 'as-ours',
    fold: 'most-telling',
  };
}
