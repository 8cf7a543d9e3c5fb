/* `waxseal simulate --world`: an internet of days, and whether the laws were held in it. */
import { availableParallelism } from 'node:os';
import type { WorldOptions } from '../../testing/world/plan.js';
import { runWorld } from '../../testing/world/run-world.js';
import type { BrokenLaw } from '../../testing/world/tally.js';
import type { WorldRun } from '../../testing/world/world-run.js';
import { misuse } from '../arguments.js';
import { EXIT, type Exit } from '../exit.js';
import { painter, print, printable } from '../output/terminal.js';
import { checkWritable, writeWhole } from '../write-file.js';

interface Values {
  readonly world: string;
  readonly domains?: string | undefined;
  readonly messages?: string | undefined;
  readonly days?: string | undefined;
  readonly faults?: string | undefined;
  readonly attacker?: string | undefined;
  readonly plan?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Runs it, prints what came of it, and answers the code to end with. Throws a CommandError for options that say nothing sensible. */
export async function simulateWorld(values: Values): Promise<Exit> {
  const options = optionsOf(values);
  if (values.plan !== undefined) await checkWritable(values.plan, 'the plan');
  const startedAt = performance.now();
  const run = await runWorld(options, { threads: availableParallelism() });
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  if (values.plan !== undefined && run.plan !== undefined)
    await writeWhole(values.plan, 'the plan', `${JSON.stringify(run.plan, null, 2)}\n`);
  await print(
    values.json === true ? `${JSON.stringify({ ...run, seconds })}\n` : renderText(run, seconds, values.plan),
  );
  return run.laws.broken.length === 0 ? EXIT.ok : EXIT.different;
}

function optionsOf({ world, domains, messages, days, faults, attacker = 'none' }: Values): WorldOptions {
  if (attacker !== 'none' && attacker !== 'active')
    throw misuse(`--attacker ${JSON.stringify(attacker)} is neither none nor active`);
  return {
    seed: readWhole('--world', world, 0, Number.MAX_SAFE_INTEGER),
    domains: readWhole('--domains', domains ?? '100', 1, 1_000_000),
    messages: readWhole('--messages', messages ?? '1000', 0, 10_000_000),
    days: readWhole('--days', days ?? '7', 1, 365),
    faults: readShare('--faults', faults ?? '0'),
    attacker,
  };
}

function readWhole(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1;
  if (value >= min && value <= max) return value;
  throw misuse(`${option} ${JSON.stringify(text)} is not a whole number from ${min} to ${max}`);
}

function readShare(option: string, text: string): number {
  const value = /^(?:\d{1,3})?(?:\.\d{1,9})?$/.test(text) && text !== '' ? Number(text) : -1;
  if (value >= 0 && value <= 1) return value;
  throw misuse(`${option} ${JSON.stringify(text)} is not a number from 0 to 1`);
}

function renderText(run: WorldRun, seconds: number, path: string | undefined): string {
  const paint = painter();
  const { delivered, bounced, expired, waiting, laws, digest, attempts } = run;
  const lines = [
    `${delivered} delivered, ${bounced} bounced, ${expired} expired, ${waiting} waiting, by ${attempts} attempts in ${seconds} s`,
    `digest ${digest}`,
    ...laws.broken.map((broken) => paint('red', describe(broken))),
    laws.broken.length === 0
      ? paint('green', `all ${laws.held} laws were held`)
      : paint('red', `${laws.held} laws were held, and not all`),
  ];
  if (run.plan !== undefined)
    lines.push(
      path === undefined
        ? 'give --plan FILE for a scenario that breaks the first of them'
        : `${path} breaks the first of them`,
    );
  return `${lines.join('\n')}\n`;
}

function describe({ law, domain, at, message, what }: BrokenLaw): string {
  const whose = message === null ? '' : `, message ${message}`;
  return printable(`law ${law} is broken at ${domain}${whose}, ${new Date(at).toISOString()}: ${what}`);
}
