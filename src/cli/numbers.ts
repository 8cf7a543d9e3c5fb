import { misuse } from './arguments.js';

/** A TCP port given as an option, or undefined where it was not given. Throws a CommandError. */
export function readPort(option: string, text: string | undefined): number | undefined {
  return readWhole(option, text, 65_535);
}

/** A number that counts from 1, given as an option. Throws a CommandError. */
export function readCount(option: string, text: string | undefined): number | undefined {
  return readWhole(option, text, 1_000_000);
}

function readWhole(option: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[0-9]{1,7}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw misuse(`${option} ${JSON.stringify(text)} is not a whole number from 1 to ${max}`);
}
