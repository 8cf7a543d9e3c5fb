/*
 * `npm run test:anywhere`: no test depends on the date, the hour, the time zone, the locale, load or the order of tests. The
 * suite runs once under each of ten clocks, in an order of its own, beside a busy loop for each core, and no run may be red.
 * Takes an hour and more.
 *
 *   npm run test:anywhere                          all ten, the whole suite
 *   npm run test:anywhere -- 3,7                   two of them
 *   npm run test:anywhere -- 3,7 src/cli SEED      of the suite a part, in the order that a red run has named
 *
 * The clock is moved by libfaketime (Debian: faketime), in each process and its children: `Date`, what the TLS library takes
 * for now, the times of files. What it does not move: `performance.now()` and timers, which count from anywhere anyway, and
 * the clocks of servers that were started before.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Clock {
  readonly name: string;
  /** When the run begins, in UTC. */
  readonly at: string;
  readonly zone: string;
  readonly locale: string;
}

const thisYear = new Date().getUTCFullYear();
const leapYear = thisYear + 4 - (thisYear % 4);

const CLOCKS: readonly Clock[] = [
  { name: 'the last minute of a year', at: `${thisYear}-12-31T23:59:00Z`, zone: 'UTC', locale: 'C' },
  { name: '29 February', at: `${leapYear}-02-29T12:00:00Z`, zone: 'UTC', locale: 'en_US.UTF-8' },
  { name: 'the last hour of a day in UTC', at: `${thisYear + 1}-05-14T23:05:00Z`, zone: 'UTC', locale: 'C' },
  {
    name: 'ten years on',
    at: `${thisYear + 10}-07-01T08:30:00Z`,
    zone: 'Europe/Berlin',
    locale: 'de_DE.UTF-8',
  },
  {
    name: 'fourteen hours east',
    at: `${thisYear + 1}-03-01T11:00:00Z`,
    zone: 'Pacific/Kiritimati',
    locale: 'C',
  },
  {
    name: 'twelve hours west',
    at: `${thisYear + 1}-01-01T06:00:00Z`,
    zone: 'Etc/GMT+12',
    locale: 'en_US.UTF-8',
  },
  { name: 'Turkish', at: `${thisYear + 1}-08-15T15:00:00Z`, zone: 'Europe/Istanbul', locale: 'tr_TR.UTF-8' },
  {
    name: 'an hour that comes twice',
    at: `${thisYear + 1}-10-31T00:30:00Z`,
    zone: 'Europe/Berlin',
    locale: 'fr_FR.UTF-8',
  },
  {
    name: 'an hour that never comes',
    at: `${thisYear + 1}-03-14T06:58:00Z`,
    zone: 'America/New_York',
    locale: 'ja_JP.UTF-8',
  },
  {
    name: 'beyond 32 bits of seconds',
    at: '2038-01-19T03:12:00Z',
    zone: 'Asia/Kathmandu',
    locale: 'ar_EG.UTF-8',
  },
];

const root = fileURLToPath(new URL('..', import.meta.url));
const logs = mkdtempSync(join(tmpdir(), 'anywhere-'));

/**
 * Where it is that time, as programs are told. Without the command `faketime`: under it a run has stood still, its new processes waiting for
 * a lock.
 */
function environmentOf({ at, zone, locale }: Clock): NodeJS.ProcessEnv {
  const offset = Math.round((Date.parse(at) - Date.now()) / 1000);
  return {
    ...process.env,
    ...{ NO_COLOR: '1', TZ: zone, LANG: locale, LC_ALL: locale },
    ...{ LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    FAKETIME: `${offset < 0 ? '' : '+'}${offset}s`,
  };
}

/** Runs a program to its end: how it ended, and everything that it wrote. */
async function run(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const [file, ...args] = command;
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, output: Buffer.concat(chunks).toString() };
}

function startBusyLoops(): readonly ChildProcess[] {
  return Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
}

async function runUnder(clock: Clock, seed: number, paths: readonly string[]): Promise<boolean> {
  const vitest = [process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...paths] as const;
  const shuffled = ['files', 'tests'].map((what) => `--sequence.shuffle.${what}`);
  const startedAt = performance.now();
  const { status, output } = await run(
    [...vitest, ...shuffled, `--sequence.seed=${seed}`],
    environmentOf(clock),
  );
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const tests = /^\s*Tests\s+(.*)$/m.exec(output)?.[1] ?? 'no test ran';
  const verdict = status === 0 ? 'green' : 'RED  ';
  console.log(
    `${verdict} ${clock.name} (${clock.at}, ${clock.zone}, ${clock.locale}), order ${seed}: ${tests}, ${seconds} s`,
  );
  if (status === 0) return true;
  const log = join(logs, `${clock.name.replaceAll(' ', '-')}.log`);
  writeFileSync(log, output);
  for (const failed of new Set(output.match(/^ FAIL .*$/gm))) console.log(`     ${failed.trim()}`);
  console.log(`      everything that it wrote: ${log}`);
  return false;
}

function chosen(argument: string | undefined): readonly Clock[] {
  if (argument === undefined) return CLOCKS;
  const numbers = argument.split(',').map(Number);
  const found = numbers.flatMap((number) => CLOCKS[number - 1] ?? []);
  if (found.length === numbers.length) return found;
  throw new RangeError(`name clocks by 1 to ${CLOCKS.length}, with commas between them`);
}

async function main([numbers, ...rest]: readonly string[]): Promise<number> {
  if (spawnSync('faketime', ['--version']).error !== undefined) {
    console.error(
      'Without libfaketime no clock can be moved: install faketime (Debian: apt-get install faketime).',
    );
    return 1;
  }
  const paths = rest.filter((each) => !/^\d+$/.test(each));
  const givenSeed = rest.find((each) => /^\d+$/.test(each));
  const busy = startBusyLoops();
  try {
    let red = 0;
    for (const clock of chosen(numbers)) {
      const seed = givenSeed === undefined ? Math.floor(Math.random() * 1e6) : Number(givenSeed);
      if (!(await runUnder(clock, seed, paths))) red++;
    }
    console.log(red === 0 ? 'no red run' : `${red} red`);
    return red === 0 ? 0 : 1;
  } finally {
    for (const loop of busy) loop.kill('SIGKILL');
  }
}

process.exitCode = await main(process.argv.slice(2));
