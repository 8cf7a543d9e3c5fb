import { DEFAULT_SETTINGS, PROFILES, type ProfileName, type Settings, settingsOf } from './settings.js';
import { DEADLINES_GUIDE, SETTINGS_GUIDE, type SettingGuide } from './settings-guide.js';

/** A setting with everything that there is to say of it. */
export interface SettingEntry {
  /** As it is written in a settings file; `deadlines.dnsMs` is `dnsMs` within `deadlines`. */
  readonly key: string;
  readonly value: unknown;
  readonly default: unknown;
  /** Its words and what each means; null if it takes something else. */
  readonly words: Readonly<Record<string, string>> | null;
  /** What it takes where it has no words. */
  readonly takes: string | null;
  readonly about: string;
  /** Why the default is what it is. */
  readonly reason: string;
  /** The value in each named profile. */
  readonly profiles: Readonly<Record<ProfileName, unknown>>;
}

/** Every setting, in the order in which they are declared. */
export function listSettings(settings: Settings): readonly SettingEntry[] {
  const entry = (key: string, guide: SettingGuide, of: (settings: Settings) => unknown): SettingEntry => ({
    key,
    value: of(settings),
    default: of(DEFAULT_SETTINGS),
    words: 'words' in guide ? (guide.words as Readonly<Record<string, string>>) : null,
    takes: 'takes' in guide ? guide.takes : null,
    about: guide.about,
    reason: guide.reason,
    profiles: Object.fromEntries(
      (Object.keys(PROFILES) as ProfileName[]).map((name) => [name, of(settingsOf(name))]),
    ) as Readonly<Record<ProfileName, unknown>>,
  });
  const own = Object.entries(SETTINGS_GUIDE).map(([key, guide]) =>
    entry(key, guide as SettingGuide, (each) => each[key as keyof Settings]),
  );
  const deadlines = Object.entries(DEADLINES_GUIDE).map(([key, guide]) =>
    entry(`deadlines.${key}`, guide, (each) => each.deadlines[key as keyof Settings['deadlines']]),
  );
  return [...own, ...deadlines];
}
