import type { CheckNames, ResolverCheck } from '../../adapters/node/index.js';
import { parseDnsName } from '../../policy/names/domain-name.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { DEADLINE_HELP, Deadline } from '../deadline.js';
import { EXIT, type Exit } from '../exit.js';
import { listenForSignals } from '../interruption.js';
import { checkPlaces } from '../kept-state.js';
import { readCount } from '../numbers.js';
import { REACH_OPTIONS } from '../options.js';
import { resolverCheckText } from '../output/resolver-check-text.js';
import { complain, painter, print } from '../output/terminal.js';
import { fitted } from '../output/wrap.js';
import { readDnssec, readResolver, systemConfig, WHICH_RESOLVER_HELP } from '../resolver.js';
import { readSettings } from '../settings.js';
import { readTrustAnchors } from '../trust-anchors.js';

const HELP = `\
Usage: waxseal resolver check [OPTION]...

Asks each resolver about a name that is signed and one whose signatures are broken on
purpose, and says whether DANE can be had with it. Nothing else is asked.

${WHICH_RESOLVER_HELP}\
  --ca FILE              trust these certificates (PEM) too, for TLS and HTTPS
  --signed NAME          a name that is signed; default: the root
  --bogus NAME           one whose signatures are broken; default: dnssec-failed.org
  --unsigned NAME        one that is not signed; default: none is asked about
  --timeout SECONDS      how long to wait for each answer (5)
${DEADLINE_HELP}\
  --validate-dnssec, --trust-anchor FILE, --port N, --https-port N, --helo NAME,
  --no-cleartext-retry, --policy FILE, --state DIR, --database URL, --allow-loopback
                         taken as by "waxseal deliver"; they make no difference
  --json                 print one JSON object

Ends with 0 if the resolvers validate and are believed, with 69 if DANE would be off,
and with 75 if that could not be seen.
`;

const OPTIONS = {
  // What leads into a world leads here as well.
  ...REACH_OPTIONS,
  signed: { type: 'string' },
  bogus: { type: 'string' },
  unsigned: { type: 'string' },
  timeout: { type: 'string' },
} as const;

const EXITS = {
  validates: EXIT.ok,
  'does-not-validate': EXIT.bounced,
  'cannot-tell': EXIT.deferred,
} as const satisfies Record<ResolverCheck['verdict'], Exit>;

export const resolver: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [verb, more] = positionals;
    if (verb !== 'check' || more !== undefined)
      throw misuse('what to do with the resolver is missing or unknown; it can be: check');
    const deadlineMs = (readCount('--timeout', values.timeout) ?? 5) * 1000;
    const asked = { signed: values.signed, bogus: values.bogus, unsigned: values.unsigned };
    for (const [option, name] of Object.entries(asked)) readName(option, name);
    checkPlaces(values);
    await readDnssec(values);
    await readSettings(values);
    const config =
      (await readResolver(values.resolver, values['trust-ad'] === true)) ?? (await systemConfig());
    const ca = values.ca === undefined ? undefined : await readTrustAnchors(values.ca);
    const { CHECK_NAMES, checkResolver } = await import('../../adapters/node/index.js');
    const names: CheckNames = {
      signed: readName('signed', asked.signed) ?? CHECK_NAMES.signed,
      bogus: readName('bogus', asked.bogus) ?? CHECK_NAMES.bogus,
      unsigned: readName('unsigned', asked.unsigned) ?? CHECK_NAMES.unsigned,
    };
    const deadline = new Deadline(values.deadline);
    const interruption = listenForSignals((name) => complain(`waxseal: ${name}: no more is waited for`));
    try {
      const options = { deadlineMs, signal: AbortSignal.any([interruption.signal, deadline.signal]) };
      const check = await deadline.within(
        checkResolver({ ...config, timeoutMs: deadlineMs, ca }, names, options),
      );
      await print(
        values.json === true ? `${JSON.stringify(check)}\n` : fitted(resolverCheckText(check, painter())),
      );
      return EXITS[check.verdict];
    } finally {
      deadline.clear();
      interruption.release();
    }
  },
};

/** A name in A-labels, "" for the root, undefined where none is given. Throws a CommandError. */
function readName(option: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '.') return text === undefined ? undefined : '';
  const name = parseDnsName(text);
  if (name === null)
    throw misuse(
      `--${option} ${JSON.stringify(text)} is not a domain name; give one like example.org, or "."`,
    );
  return name;
}
