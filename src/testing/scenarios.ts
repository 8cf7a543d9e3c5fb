/* Scenarios for everybody's tests: read, checked as `waxseal simulate` checks them, and played in memory or over sockets. */
import { readFile } from 'node:fs/promises';
import type { Scenario } from '../adapters/scripted/index.js';
import { decodeScenario, parseScenario } from '../adapters/scripted/scenario.codec.js';
import { such } from '../effects/codecs/values.js';
import { checked, MisuseError, misused } from '../effects/misuse.js';
import { playScenario as play } from './scenario/play-scenario.js';
import type { ScenarioRun } from './scenario/run.js';
import { type SimulationOptions, simulateScenario as simulate } from './scenario/simulate-scenario.js';

/** Throws a {@link MisuseError} that names what is wrong with a scenario: a key, a record, a host that is not in it. */
export function checkScenario(scenario: Scenario): void {
  const read = decodeScenario(scenario);
  if (!read.ok) throw misused(read.problems, 'WAXSEAL_BAD_SCENARIO', 'scenario');
}

const PathCodec = such(
  'the path of a file, or its file: URL',
  (value): value is string | URL => value instanceof URL || (typeof value === 'string' && value !== ''),
);

/**
 * Reads a scenario file. Rejects with a {@link MisuseError} that names line and column of what is wrong in it, and as readFile does
 * where it cannot be read.
 */
export async function readScenario(path: string | URL): Promise<Scenario> {
  checked(PathCodec, path, 'WAXSEAL_BAD_SCENARIO', 'path');
  const parsed = parseScenario(await readFile(path, 'utf8'));
  if (parsed.ok) return parsed.scenario;
  const told = parsed.problems.map(
    ({ path: where, line, column, expected, actual }) =>
      `\n  ${line}:${column} ${where === '' ? 'as a whole' : where}: expected ${expected}, found ${actual}`,
  );
  throw new MisuseError('WAXSEAL_BAD_SCENARIO', `${String(path)} is not a valid scenario:${told.join('')}`);
}

/**
 * Plays a scenario over real sockets on loopback, through the adapters for Node: a resolver, mail hosts and policy hosts are
 * started for it and stopped with it. Time that is to pass between steps is put on the engine's clock. Rejects with a
 * {@link MisuseError} for a scenario that `waxseal simulate` would refuse, and as `startInternet` does.
 */
export async function playScenario(scenario: Scenario): Promise<ScenarioRun> {
  checkScenario(scenario);
  return play(scenario);
}

/**
 * Plays a scenario in memory, in no time: the same machines and tables, and no socket. The same scenario gives the same run. Throws a
 * {@link MisuseError} for a scenario that `waxseal simulate` would refuse.
 */
export function simulateScenario(scenario: Scenario, options: SimulationOptions = {}): ScenarioRun {
  checkScenario(scenario);
  return simulate(scenario, options);
}
