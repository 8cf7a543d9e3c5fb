/* NSD as the authoritative name server of all zones, with zones signed by the tools of ldns. */
import { Resolver } from 'node:dns/promises';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Daemon, run, startDaemon, startInFolder } from './daemon.js';
import { isAtOrBelow, type OwnedType, type Zone, zoneOfName } from './zones.js';

export interface NameServer extends Daemon {
  /** DS records of the root and of every island of security, for a validator to begin at. */
  readonly trustAnchors: readonly string[];
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Signs the zones and serves those that are to be served. */
export function startNsd(zones: readonly Zone[], endpoint: Endpoint): Promise<NameServer> {
  return startInFolder('nsd', async (folder) => {
    const dsByZone = await writeZones(zones, endpoint.address, folder);
    const served = zones.filter(({ servedBy }) => servedBy === 'name-server');
    const names = served.map(({ name }) => name);
    const config = join(folder, 'nsd.conf');
    await writeFile(config, nsdConf(served, endpoint, folder));
    const daemon = await startDaemon({
      program: 'nsd',
      debianPackage: 'nsd',
      args: ['-d', '-c', config],
      isReady: () => answersSoa(endpoint, names),
    });
    const anchored = zones.filter(({ name, isIsland }) => name === '' || isIsland);
    return { ...daemon, trustAnchors: anchored.map(({ name }) => dsByZone.get(name)!) };
  });
}

/** Whether a server answers for the SOA record of each of these names; rejects where it does not. */
export async function answersSoa({ address, port }: Endpoint, names: readonly string[]): Promise<boolean> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([`${address}:${port}`]);
  await Promise.all(names.filter((name) => name !== '').map((name) => resolver.resolveSoa(name)));
  return true;
}

/** Children before their parents, which hold their DS records. */
async function writeZones(
  zones: readonly Zone[],
  address: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const dsByZone = new Map<string, string>();
  const depths = [...new Set(zones.map(depthOf))].sort((a, b) => b - a);
  const write = async (zone: Zone) => {
    const file = join(folder, fileOf(zone));
    await writeFile(file, zoneText(zone, delegationsFrom(zone, zones, dsByZone, address), address));
    if (zone.signing !== 'none') dsByZone.set(zone.name, await sign(zone, file, folder));
  };
  for (const depth of depths) await Promise.all(zones.filter((zone) => depthOf(zone) === depth).map(write));
  return dsByZone;
}

function depthOf({ name }: Zone): number {
  return name === '' ? 0 : name.split('.').length;
}

function fileOf({ name }: Zone): string {
  return `zone-${name || 'root'}`;
}

function zoneText({ name, records }: Zone, delegations: readonly string[], address: string): string {
  const apex = `${name}.`;
  const server = name === '' ? 'ns.root-servers.invalid.' : `ns.${name}.`;
  return [
    `$ORIGIN ${apex}`,
    '$TTL 300',
    `${apex} IN SOA ${server} hostmaster.invalid. 1 3600 600 86400 300`,
    `${apex} IN NS ${server}`,
    ...(name === '' ? [] : [`${server} IN A ${address}`]),
    ...records,
    ...delegations,
    '',
  ].join('\n');
}

function delegationsFrom(
  parent: Zone,
  zones: readonly Zone[],
  ds: ReadonlyMap<string, string>,
  address: string,
): readonly string[] {
  const isChild = (zone: Zone) => {
    const others = zones.filter((other) => other !== zone);
    return zoneOfName(zone.name, others) === parent && zone !== parent;
  };
  const below = zones.filter(({ name }) => isAtOrBelow(name, parent.name));
  return below
    .filter(isChild)
    .flatMap(({ name, isIsland }) => [
      `${name}. IN NS ns.${name}.`,
      `ns.${name}. IN A ${address}`,
      ...(ds.has(name) && !isIsland ? [ds.get(name)!] : []),
    ]);
}

/** Replaces the zone's file by a signed one and answers the DS record of its key. */
async function sign(zone: Zone, file: string, folder: string): Promise<string> {
  const apex = `${zone.name}.`;
  const keygen = async (...flags: string[]) =>
    (await run('ldns-keygen', 'ldnsutils', ['-a', 'ECDSAP256SHA256', ...flags, apex], folder)).trim();
  const keys = await Promise.all([keygen('-k'), keygen()]);
  const nsec3 = zone.signing.startsWith('nsec3') ? ['-n', '-t', '0'] : [];
  const denial = zone.signing === 'nsec3-opt-out' ? [...nsec3, '-p'] : nsec3;
  const signed = `${file}.signed`;
  const options = ['-o', apex, ...validity(zone), ...denial, '-f', signed];
  await run('ldns-signzone', 'ldnsutils', [...options, file, ...keys], folder);
  const text = spoilSignatures(await readFile(signed, 'utf8'), zone.spoilt);
  await writeFile(file, withoutSets(text, zone.withheld ?? []));
  return (await readFile(join(folder, `${keys[0]}.ds`), 'utf8')).trim();
}

function validity({ signing }: Zone): readonly string[] {
  const now = Math.floor(Date.now() / 1000);
  const day = 86_400;
  const [from, to] = signing === 'expired' ? [now - 60 * day, now - 30 * day] : [now - day, now + 30 * day];
  return ['-i', String(from), '-e', String(to)];
}

function spoilSignatures(text: string, sets: Zone['spoilt']): string {
  const lines = text.split('\n');
  for (const set of sets) {
    const at = lines.findIndex((line) => isSignatureOver(line, set));
    if (at < 0) throw new Error(`${set.owner} ${set.type} has no signature to be spoilt`);
    lines[at] = spoil(lines[at]!);
  }
  return lines.join('\n');
}

/** Without these record sets and the signatures over them, so that signed denials still say that they are there. */
function withoutSets(text: string, sets: readonly OwnedType[]): string {
  const isWithheld = (line: string, set: OwnedType) => {
    const [name, , , kind] = line.split(/\s+/);
    return isSignatureOver(line, set) || (name === `${set.owner}.` && kind === set.type);
  };
  return text
    .split('\n')
    .filter((line) => !sets.some((set) => isWithheld(line, set)))
    .join('\n');
}

function isSignatureOver(line: string, { owner, type }: Zone['spoilt'][number]): boolean {
  const [name, , , kind, covered] = line.split(/\s+/);
  return name === `${owner}.` && kind === 'RRSIG' && covered === type;
}

/** Turns one bit of the signature, which is the last field. */
function spoil(line: string): string {
  return line.replace(/\S+\s*$/, (signature) => {
    const octets = Buffer.from(signature, 'base64');
    octets[0] = octets[0]! ^ 1;
    return octets.toString('base64');
  });
}

function nsdConf(zones: readonly Zone[], { address, port }: Endpoint, folder: string): string {
  const own = (file: string) => `"${join(folder, file)}"`;
  return [
    'server:',
    `  ip-address: ${address}`,
    `  port: ${port}`,
    '  do-ip6: no',
    '  server-count: 1',
    '  username: ""',
    `  zonesdir: "${folder}"`,
    '  database: ""',
    `  pidfile: ${own('nsd.pid')}`,
    `  xfrdfile: ${own('xfrd.state')}`,
    `  zonelistfile: ${own('zone.list')}`,
    // Many questions in a second from one address are what a test is.
    '  rrl-ratelimit: 0',
    'remote-control:',
    '  control-enable: no',
    ...zones.flatMap((zone) => ['zone:', `  name: "${zone.name}."`, `  zonefile: "${fileOf(zone)}"`]),
    '',
  ].join('\n');
}
