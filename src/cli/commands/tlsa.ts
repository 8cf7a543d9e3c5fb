import { stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Visit } from '../../policy/check/facts.js';
import { parseDnsName } from '../../policy/names/domain-name.js';
import { Asker } from '../../services/check/asker.js';
import { gatherHost } from '../../services/check/gather-host.js';
import { visitAddress } from '../../services/check/visit-address.js';
import { misuse, readArguments, type ValuesOf } from '../arguments.js';
import { type KeyMaterial, readKeyMaterial } from '../certificate-file.js';
import type { Command } from '../command.js';
import { DEADLINE_HELP } from '../deadline.js';
import { CommandError, EXIT, type Exit } from '../exit.js';
import { LOOK_IDLE_HELP, readLook } from '../look.js';
import { readPort } from '../numbers.js';
import { REACH_OPTIONS } from '../options.js';
import { printable } from '../output/terminal.js';
import { printTlsa } from '../output/tlsa-text.js';
import { RESOLVER_OPTIONS_HELP } from '../resolver.js';
import { doubtsAbout } from '../tlsa-doubts.js';
import { kindOf, recordForFile, recordsForChains, type WantedKind } from '../tlsa-records.js';

const HELP = `\
Usage: waxseal tlsa FILE [--name HOST] [OPTION]...
       waxseal tlsa HOST[:PORT] [OPTION]...

Prints TLSA records, ready for a zone file, for the certificate or key in FILE (PEM or
DER), or for what the mail host HOST presents over STARTTLS. Of several certificates the
server's own is that of the key beside it, else the one that is no CA; usage 2 names the
topmost issuer of it. A key will do before there is a certificate: PKCS#8, SEC 1, PKCS#1.

  --usage N              3: the server's own key or certificate; 2: its issuer (3)
  --selector N           1: the public key; 0: the whole certificate (1; for usage 2: 0)
  --matching N           1: SHA-256; 2: SHA-512; 0: no digest, the thing itself (1)
  --name HOST            the mail host; default: the one name in the certificate, or HOST
  --port N               the port in the name of the record (25)
${RESOLVER_OPTIONS_HELP}\
  --ca FILE              trust these certificates (PEM) too, for resolvers
  --helo NAME            the name to give in EHLO; default: this host's, if complete
  --policy FILE          settings in JSON; options on the command line override them
  --allow-loopback       HOST may have loopback and private addresses
${DEADLINE_HELP}\
  --https-port N         taken, and changes nothing: no policy is fetched
${LOOK_IDLE_HELP}\
  --json                 print one JSON object {"records":[...],"warnings":[...]}

Records go to standard output, advice to standard error. Ends with 66 if FILE cannot be
read, 65 if it holds nothing of use, 69 if HOST shows no certificate, 75 if that could
not be seen in time.
`;

const OPTIONS = {
  ...REACH_OPTIONS,
  usage: { type: 'string' },
  selector: { type: 'string' },
  matching: { type: 'string' },
  name: { type: 'string' },
} as const;
type Values = ValuesOf<typeof OPTIONS>;

export const tlsa: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [what, second] = positionals;
    if (what === undefined) throw misuse('a certificate file, a key file or a mail host is missing');
    if (second !== undefined)
      throw misuse(`there can be one file or host only, and ${JSON.stringify(second)} is a second`);
    const wanted: WantedKind = {
      usage: readNumber('--usage', values.usage, 3),
      selector: readNumber('--selector', values.selector, 1),
      matching: readNumber('--matching', values.matching, 2),
    };
    const port = readPort('--port', values.port);
    const name = values.name === undefined ? undefined : readName('--name', values.name);
    const host = (await isFile(what)) ? null : readHost(what);
    return host === null
      ? forFile(what, wanted, { name, port: port ?? 25 }, values)
      : forHost(host, wanted, name, values);
  },
};

interface Place {
  readonly name: string | undefined;
  readonly port: number;
}

async function forFile(path: string, wanted: WantedKind, place: Place, values: Values): Promise<Exit> {
  const material = await readKeyMaterial(path);
  const record = recordForFile(material, kindOf(wanted), path);
  const host = place.name ?? nameIn(material, path);
  const { doubts } = material;
  const more =
    material.kind === 'key'
      ? []
      : doubtsAbout({ kind: record, host, chain: factsOf(material.chain), now: Date.now() });
  await printTlsa(
    { host, port: place.port, records: [record], alternatives: [], doubts: [...doubts, ...more] },
    values.json === true,
  );
  return EXIT.ok;
}

type Chain = TlsaChain[number];

function factsOf([leaf, ...issuers]: Extract<KeyMaterial, { kind: 'certificates' }>['chain']): Chain {
  return [leaf.facts, ...issuers.map(({ facts }) => facts)];
}

/** The mail host that a certificate is for, where there is no doubt. */
function nameIn(material: KeyMaterial, path: string): string {
  if (material.kind === 'key') throw misuse('--name is missing: a key does not tell which host it is for');
  const { dnsNames, commonNames } = material.chain[0].facts;
  const names = dnsNames.flatMap((name) => parseDnsName(name) ?? []);
  const [only] = names;
  if (only === undefined) throw misuse(`--name is missing: ${namelessText(path, dnsNames, commonNames)}`);
  if (names.length > 1)
    throw misuse(
      `--name is missing: the certificate in ${path} names ${names.length} hosts (${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}); which is the mail host?`,
    );
  return only;
}

/** A common name is none that senders look at (RFC 9525, Section 6.3). */
function namelessText(path: string, dnsNames: readonly string[], [commonName]: readonly string[]): string {
  if (dnsNames.length > 0)
    return `of the certificate in ${path} no DNS name is that of one host (${printable(dnsNames.slice(0, 5).join(', '))}); which is the mail host?`;
  const known = commonName === undefined ? '' : `, only the common name ${printable(commonName)}`;
  return `the certificate in ${path} has no DNS name${known}; which is the mail host?`;
}

interface Host {
  readonly host: string;
  readonly port: string | undefined;
}

async function forHost(
  { host, port }: Host,
  wanted: WantedKind,
  name: string | undefined,
  values: Values,
): Promise<Exit> {
  if (port !== undefined && values.port !== undefined)
    throw misuse(`the port is given twice: ${port} and --port`);
  if (isIP(host) !== 0 && name === undefined)
    throw misuse('--name is missing: an address does not tell the name of the host');
  const look = await readLook({ ...values, port: port ?? values.port });
  const asker = new Asker(look.options);
  try {
    const chains = chainsIn(await look.within(visits(asker, host)), host);
    look.done();
    const records = recordsForChains(chains, kindOf(wanted));
    if (records.length === 0) throw failed(`${host} sends no certificate of an issuer along`);
    const isPlain = Object.values(wanted).every((number) => number === undefined);
    const alternatives = isPlain
      ? [0, 1].flatMap((selector) => recordsForChains(chains, { usage: 2, selector, matching: 1 }))
      : [];
    const kind = kindOf(wanted);
    const owner = name ?? host;
    const doubts = chains.flatMap((chain) => doubtsAbout({ kind, host: owner, chain, now: Date.now() }));
    await printTlsa(
      { host: owner, port: asker.settings.port, records, alternatives, doubts: [...new Set(doubts)] },
      values.json === true,
    );
    return EXIT.ok;
  } finally {
    look.done();
  }
}

async function visits(asker: Asker, host: string) {
  if (isIP(host) !== 0) {
    const visit = await visitAddress(asker, { host, address: host, serverName: null, tlsa: [] });
    return [{ address: host, visit }];
  }
  const { addresses, visits } = await gatherHost(asker, { host, source: 'mx' });
  if (addresses.a.kind === 'failed' && addresses.aaaa.kind === 'failed')
    throw new CommandError(EXIT.deferred, `the addresses of ${host} could not be looked up; try again`);
  if (visits.length === 0) throw failed(`${host} has no address`);
  return visits;
}

type TlsaChain = Parameters<typeof recordsForChains>[0];

function chainsIn(
  visits: readonly { readonly address: string; readonly visit: Visit }[],
  host: string,
): TlsaChain {
  const chains: Chain[] = visits.flatMap(({ visit }) =>
    visit.kind === 'secured' && visit.peer.kind === 'presented' ? [visit.peer.chain] : [],
  );
  if (chains.length > 0) return chains;
  const reasons = visits.map(({ address, visit }) => `${address}: ${reasonOf(visit)}`);
  throw failed(`${host} shows no certificate (${reasons.join('; ')})`);
}

function reasonOf(visit: Visit): string {
  switch (visit.kind) {
    case 'left-out':
      return visit.cause === 'bound' ? 'not tried' : 'not a public address; see --allow-loopback';
    case 'not-connected':
      return visit.cause;
    case 'lost':
      return `${visit.stage}: ${visit.cause}`;
    case 'rejected':
      return `${visit.reply.code}`;
    case 'no-starttls':
      return 'STARTTLS is not offered';
    case 'tls-failed':
      return `TLS failed: ${visit.code}`;
    case 'secured':
      return 'its certificate cannot be read';
  }
}

function failed(message: string): CommandError {
  return new CommandError(EXIT.bounced, message);
}

function readNumber(option: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]$/.test(text) && Number(text) <= max) return Number(text);
  throw misuse(`${option} ${JSON.stringify(text)} is not a number from 0 to ${max}`);
}

function readName(option: string, text: string): string {
  const name = parseDnsName(domainToASCII(text));
  if (name === null)
    throw misuse(`${option} ${JSON.stringify(text)} is not a host name; give one like mx.example.org`);
  return name;
}

/** What lies there is a file; so is what looks like one and is not there, which is said when it is read. */
async function isFile(text: string): Promise<boolean> {
  if (/[/\\]|\.(?:pem|crt|cer|der|key|pub|p8|chain)$/i.test(text)) return true;
  return stat(text).then(
    () => true,
    () => false,
  );
}

function readHost(text: string): Host {
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::([0-9]{1,7}))?$/.exec(text);
  const address = parts?.[1] ?? (isIP(text) !== 0 ? text : parts?.[2]);
  if (address !== undefined && isIP(address) !== 0) return { host: address, port: parts?.[3] };
  const host = parseDnsName(domainToASCII(parts?.[2] ?? ''));
  if (host?.includes('.') === true) return { host, port: parts?.[3] };
  throw new CommandError(
    EXIT.noInput,
    `${JSON.stringify(text)} is neither a file nor a mail host; give a path, or a name like mx.example.org`,
  );
}
