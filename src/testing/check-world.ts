/*
 * A world that a test wrote, read as `waxseal simulate` reads one: whoever tests that mail is not delivered would never notice a
 * slip in it.
 */

import type { Step, World } from '../adapters/scripted/index.js';
import {
  contradictionsInPart,
  hostsOf,
  type KnownHosts,
} from '../adapters/scripted/scenario-contradictions.js';
import { ChangeCodec, WorldCodec } from '../adapters/scripted/world.codec.js';
import { checked, misused } from '../effects/misuse.js';

/** Throws a {@link MisuseError} that names what is wrong with a world: a key, a record, a host that is not in it. */
export function checkWorld(world: World): void {
  checkNextWorld(world, hostsOf());
}

/** As {@link checkWorld}, of one that comes behind another, in which there were these hosts. Answers which there are then. */
export function checkNextWorld(world: World, known: KnownHosts): KnownHosts {
  const read = checked(WorldCodec, world, 'WAXSEAL_BAD_WORLD', 'world');
  const hosts = together(known, hostsOf(read));
  checkPart(read, hosts, 'world');
  return hosts;
}

/** As {@link checkWorld}, of a change to a world in which there were these hosts before. Answers which there are then. */
export function checkChange(change: NonNullable<Step['change']>, known: KnownHosts): KnownHosts {
  checked(ChangeCodec, change, 'WAXSEAL_BAD_WORLD', 'change');
  const hosts = together(known, hostsOf(change));
  checkPart(change, hosts, 'change');
  return hosts;
}

function together(known: KnownHosts, own: KnownHosts): KnownHosts {
  return { mail: new Set([...known.mail, ...own.mail]), all: new Set([...known.all, ...own.all]) };
}

function checkPart(part: NonNullable<Step['change']>, hosts: KnownHosts, name: string): void {
  const problems = contradictionsInPart(part, hosts);
  if (problems.length > 0) throw misused(problems, 'WAXSEAL_BAD_WORLD', name);
}
