import type { MxRecord } from '../../policy/dns/answer.js';
import { plainName } from './records.js';

/** Reads one MX record of a world, "10 mx.a.example" or "0 ."; null if it is none. */
export function readMxText(text: string): MxRecord | null {
  const match = /^(\d{1,5})\s+(\S+)$/.exec(text.trim());
  if (match === null || Number(match[1]) > 65_535) return null;
  return { preference: Number(match[1]), exchange: plainName(match[2]!) };
}
