/*
 * What a daemon tells on standard error: an event, a line. Lines are written before anything else happens, because those that are still
 * to be written when a process ends are the ones that say why.
 */
import { writeSync } from 'node:fs';
import { printable } from '../engine/text/printable.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Tells of an event: its name, a sentence about it, and its fields. */
export type Logger = (level: LogLevel, event: string, msg: string, fields?: LogFields) => void;

/** A line of JSON for each event, as log collectors expect it: `level`, `time`, `event`, `msg`, and the fields. */
export function jsonLogger(clock: () => number, write: (line: string) => void = toStandardError): Logger {
  return (level, event, msg, fields = {}) => {
    write(`${JSON.stringify({ level, time: new Date(clock()).toISOString(), event, msg, ...fields })}\n`);
  };
}

/** A line for people: when, and what. */
export function prettyLogger(clock: () => number, write: (line: string) => void = toStandardError): Logger {
  return (level, _event, msg) => {
    const mark = level === 'info' ? '' : `${level}: `;
    write(`${new Date(clock()).toISOString()} ${mark}${printable(msg)}\n`);
  };
}

/** What one write puts into a pipe as a whole, whoever else writes there (POSIX, `PIPE_BUF`). */
const TOGETHER_OCTETS_MAX = 4096;

let waiting = '';
let isExitWatched = false;

/** Lines of the same moment go together, as many as stay whole; nothing else happens before they are written. */
function toStandardError(line: string): void {
  if (Buffer.byteLength(waiting) + Buffer.byteLength(line) > TOGETHER_OCTETS_MAX) flush();
  if (waiting === '') process.nextTick(flush);
  if (!isExitWatched) process.once('exit', flush);
  isExitWatched = true;
  waiting += line;
}

function flush(): void {
  const lines = waiting;
  waiting = '';
  if (lines === '') return;
  try {
    writeSync(2, lines);
  } catch {
    // Nobody reads it, or not fast enough.
  }
}
