import { stat } from 'node:fs/promises';
import { addressesToVisit } from '../../../policy/host/addresses.js';
import type { FetchAnswer } from '../../../policy/mta-sts/fetch.js';
import { lintDomain, type PublishedSts } from '../../../policy/mta-sts/lint.js';
import { lintPolicyFile } from '../../../policy/mta-sts/lint-file.js';
import type { LintFinding } from '../../../policy/mta-sts/lint-finding.js';
import { lintStsRecord } from '../../../policy/mta-sts/lint-record.js';
import { POLICY_LENGTH_MAX, readPolicyFile } from '../../../policy/mta-sts/policy-file.js';
import { stsRecordsInText } from '../../../policy/mta-sts/record-text.js';
import { candidatesOf } from '../../../policy/mx/discover.js';
import { Asker } from '../../../services/check/asker.js';
import { misuse, readArguments, type ValuesOf } from '../../arguments.js';
import type { Command } from '../../command.js';
import { DEADLINE_HELP } from '../../deadline.js';
import { EXIT, type Exit } from '../../exit.js';
import { LOOK_IDLE_HELP, readLook } from '../../look.js';
import { REACH_OPTIONS } from '../../options.js';
import { exampleOf, renderLint } from '../../output/sts/lint-text.js';
import { painter, print } from '../../output/terminal.js';
import { fitted } from '../../output/wrap.js';
import { readOctets } from '../../read-file.js';
import { RESOLVER_OPTIONS_HELP } from '../../resolver.js';
import { readDomain } from './setup.js';

const HELP = `\
Usage: waxseal sts lint FILE|DOMAIN [OPTION]...

Says what is wrong with an MTA-STS policy file before it is published, or with what
DOMAIN publishes: its record, its policy host, its file, and the file beside its MX
records. FILE is what there is a file of that name, or what has a slash in it; it may
also hold records, a line each: bare, in quotation marks, or as lines of a zone file.
Shows what a good one looks like.

${RESOLVER_OPTIONS_HELP}\
  --https-port N         port of the policy host (443)
  --port N               taken, and changes nothing: no mail host is connected to
  --ca FILE              trust these certificates (PEM) too
  --policy FILE          settings in JSON; options on the command line override them
  --allow-loopback       hosts may have loopback and private addresses
  --helo NAME            taken, and changes nothing: no mail host is connected to
${LOOK_IDLE_HELP}\
${DEADLINE_HELP}\
  --json                 print one JSON object {"findings":[...],"example":{...}}

Ends with 69 if there is an error, with 75 if something could not be looked up (in
time) and there is no error, else with 0. 66: the file cannot be read.
`;

export const lint: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, REACH_OPTIONS);
    const [what, second] = positionals;
    if (what === undefined) throw misuse('what to look at is missing; give a policy file or a domain');
    if (second !== undefined)
      throw misuse(`there can be one file or domain only, and ${JSON.stringify(second)} is a second`);
    const { findings, hosts, domain } = (await isFile(what))
      ? await lintFile(what)
      : await lintPublished(readDomain(what), values);
    const example = exampleOf(hosts, domain);
    await print(
      values.json === true
        ? `${JSON.stringify({ findings, example })}\n`
        : fitted(renderLint(what, findings, example, painter())),
    );
    return exitOfLint(findings);
  },
};

interface Linted {
  readonly findings: readonly LintFinding[];
  readonly hosts: readonly string[];
  readonly domain: string | null;
}

async function isFile(text: string): Promise<boolean> {
  if (text.includes('/')) return true;
  return stat(text).then(
    (found) => !found.isDirectory(),
    () => false,
  );
}

async function lintFile(path: string): Promise<Linted> {
  const octets = await readOctets(path, {
    what: 'the policy file',
    octetsMax: 1_048_576,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.badData,
  });
  // As what comes from a policy host is read, so that a file says the same here and there.
  const text = Buffer.from(octets).toString('utf8');
  const records = stsRecordsInText(text);
  if (records.length > 0) return { findings: lintStsRecord(records), hosts: [], domain: null };
  const read = readPolicyFile(text);
  return { findings: lintPolicyFile(text), hosts: read.kind === 'valid' ? read.policy.mx : [], domain: null };
}

async function lintPublished(domain: string, values: ValuesOf<typeof REACH_OPTIONS>): Promise<Linted> {
  const look = await readLook(values);
  try {
    const published = await look.within(gather(domain, new Asker(look.options)));
    const hosts =
      published.mx.kind === 'failed' ? [] : candidatesOf(published.mx.records, []).map(({ host }) => host);
    return { findings: lintDomain(published), hosts, domain };
  } finally {
    look.done();
  }
}

async function gather(domain: string, asker: Asker): Promise<PublishedSts> {
  const host = `mta-sts.${domain}`;
  const [mx, txt, found] = await Promise.all([
    asker.lookUp('dns.mx', domain),
    asker.lookUp('dns.txt', `_mta-sts.${domain}`),
    asker.lookUp('dns.addresses', host),
  ]);
  const { settings } = asker;
  const addresses = addressesToVisit(found, settings);
  const isUnknown = addresses.length === 0 && (found.a.kind === 'failed' || found.aaaa.kind === 'failed');
  const unseen: FetchAnswer = { kind: 'failed', cause: 'connect', code: 'address-lookup-failed' };
  if (addresses.length === 0) return { domain, mx, txt, fetch: isUnknown ? unseen : null };
  const ask = {
    host,
    port: settings.httpsPort,
    addresses,
    bytesMax: POLICY_LENGTH_MAX,
    deadlineMs: settings.deadlines.policyFetchMs,
  };
  asker.tell('policy.fetch', ask);
  return { domain, mx, txt, fetch: await asker.adapters['policy.fetch'](ask, asker.signal) };
}

function exitOfLint(findings: readonly LintFinding[]): Exit {
  if (findings.some(({ severity }) => severity === 'error')) return EXIT.bounced;
  return findings.some(({ severity }) => severity === 'unknown') ? EXIT.deferred : EXIT.ok;
}
