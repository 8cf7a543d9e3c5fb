import { hostname } from 'node:os';
import { checkSettings } from '../engine/check-arguments.js';
import { parseHostName } from '../policy/names/domain-name.js';
import { DEFAULT_SETTINGS, type Settings } from '../policy/settings.js';

/** What is wrong with the name for EHLO that came of {@link ownName}, and what to do, in these words; null: nothing. */
export function nameDoubt({ helo }: Pick<Settings, 'helo'>, remedy: string): string | null {
  if (helo !== DEFAULT_SETTINGS.helo) return null;
  return `no complete host name is known for EHLO, so that mail hosts are told ${helo}, and some refuse that; ${remedy}`;
}

/**
 * The name for EHLO (RFC 5321, Section 4.1.1.1): the one that the settings have, else the first complete one of those that the mail
 * system goes by, else the machine's own. Null where none of them is a complete host name.
 */
export function ownName({ helo }: Pick<Settings, 'helo'>, ...known: readonly unknown[]): string | null {
  if (helo !== DEFAULT_SETTINGS.helo) return helo;
  for (const name of [...known, hostname()]) {
    const parsed = typeof name === 'string' ? parseHostName(name.trim()) : null;
    if (parsed?.includes('.') === true) return parsed;
  }
  return null;
}

/** Once a process. */
let isWarned = false;

/** The settings with {@link ownName}; where there is none, as they are, and the process is warned of it. Throws a {@link MisuseError} for what are no settings. */
export function withOwnName(settings: Settings, ...known: readonly unknown[]): Settings {
  checkSettings(settings);
  const helo = ownName(settings, ...known);
  if (helo === null && !isWarned) {
    isWarned = true;
    process.emitWarning(nameDoubt(settings, 'configure helo')!, 'WaxsealName');
  }
  return helo === null ? settings : { ...settings, helo };
}
