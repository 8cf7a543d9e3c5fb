import { misuse } from './arguments.js';

/** A TCP port given as an option, or undefined where it was not given. Throws a CommandError. */
export function readPort(option: string, text: string | undefined): number | undefined {
  return readWhole(option, text, 65_535);
}

/** A number that counts from 1, given as an option. Throws a CommandError. */
export function readCount(option: string, text: string | undefined): number | undefined {
  return readWhole(option, text, 1_000_000);
}

/** A duration such as 90s, 7m30s, 2h or 5d, in milliseconds, or undefined where it was not given. Throws a CommandError. */
export function readDuration(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^(?:\d{1,6}[smhd])+$/.test(text))
    throw misuse(`${option} ${JSON.stringify(text)} is no duration; give one like 30s or 7m30s`);
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * UNITS[unit!]!,
    0,
  );
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function readWhole(option: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[0-9]{1,7}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw misuse(`${option} ${JSON.stringify(text)} is not a whole number from 1 to ${max}`);
}
