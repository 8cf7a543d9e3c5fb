/* What is printed. */
import type { Effort, Rate } from './measure.js';

export interface Benchmark {
  readonly title: string;
  /** Where the cost of it goes, by a profile: for who reads of an aim that is missed. */
  readonly limits?: string;
  run(effort: Effort): Promise<readonly Line[]>;
}

export interface Line {
  readonly what: string;
  /** With its unit. */
  readonly value: string;
  /** The same by CPU time. */
  readonly cpu?: string;
  readonly aim?: Aim;
}

export interface Aim {
  readonly text: string;
  readonly reached: boolean;
}

/** A rate, with the time that one operation takes by either clock. */
export function rateLine(what: string, rate: Rate, atLeast?: number): Line {
  return {
    what,
    value: `${count(rate.perSecond)}/s, ${micros(rate.perSecond)}`,
    cpu: `${count(rate.perCpuSecond)}/CPU s, ${micros(rate.perCpuSecond)}`,
    ...(atLeast !== undefined && {
      aim: { text: `at least ${count(atLeast)}/s`, reached: rate.perSecond >= atLeast },
    }),
  };
}

/** The time that one operation takes more than another does. */
export function addedLine(what: string, rate: Rate, other: Rate): Line {
  const added = (one: number, two: number) => `${(1e6 / one - 1e6 / two).toFixed(0)} µs each`;
  return {
    what,
    value: added(rate.perSecond, other.perSecond),
    cpu: added(rate.perCpuSecond, other.perCpuSecond),
  };
}

/** A ratio by either clock that ought to be small. */
export function ratioOf(what: string, wall: number, cpu: number, atMost: number): Line {
  return {
    what,
    value: `${wall.toFixed(2)} times`,
    cpu: `${cpu.toFixed(2)} times`,
    aim: { text: `at most ${atMost} times`, reached: wall <= atMost },
  };
}

/** What one operation costs, in those of another; judged by CPU time. */
export function costLine(what: string, rate: Rate, other: Rate, atMost: number): Line {
  const cost = other.perCpuSecond / rate.perCpuSecond;
  return {
    what,
    value: `${(other.perSecond / rate.perSecond).toFixed(2)} times the time`,
    cpu: `${cost.toFixed(2)} times`,
    aim: { text: `CPU at most ${atMost} times`, reached: cost <= atMost },
  };
}

/** How many times as fast as another. */
export function ratioLine(what: string, rate: Rate, other: Rate, atLeast?: number): Line {
  const ratio = rate.perSecond / other.perSecond;
  return {
    what,
    value: `${ratio.toFixed(2)} times`,
    cpu: `${(rate.perCpuSecond / other.perCpuSecond).toFixed(2)} times`,
    ...(atLeast !== undefined && { aim: { text: `at least ${atLeast} times`, reached: ratio >= atLeast } }),
  };
}

export function render(title: string, lines: readonly Line[]): string {
  const rows = lines.map(({ what, value, cpu = '', aim }) => [
    what,
    value,
    cpu,
    aim === undefined ? '' : `aim: ${aim.text}`,
    aim === undefined ? '' : aim.reached ? 'reached' : 'BELOW AIM',
  ]);
  const widths = [34, 28, 32, 24].map((least, column) =>
    Math.max(least, ...rows.map((row) => row[column]!.length)),
  );
  const texts = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...texts.map((text) => `  ${text}`), ''].join('\n');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function micros(perSecond: number): string {
  const each = 1e6 / perSecond;
  return `${each >= 100 ? each.toFixed(0) : each.toPrecision(3)} µs each`;
}
