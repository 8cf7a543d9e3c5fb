/*
 * What a daemon tells on standard error: an event, a line. Lines are written at once, because those that are still to be written
 * when a process ends are the ones that say why.
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

function toStandardError(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    // Nobody reads it, or not fast enough.
  }
}
