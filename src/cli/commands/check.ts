import { domainToASCII } from 'node:url';
import { parseHostName } from '../../policy/names/domain-name.js';
import { checkDomain } from '../../services/check/check-domain.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { DEADLINE_HELP } from '../deadline.js';
import { EXIT, type Exit } from '../exit.js';
import { LOOK_IDLE_HELP, readLook } from '../look.js';
import { REACH_OPTIONS } from '../options.js';
import { reportOf } from '../output/check-report.js';
import { renderCheck } from '../output/check-text.js';
import { painter, print } from '../output/terminal.js';
import { RESOLVER_OPTIONS_HELP } from '../resolver.js';

const HELP = `\
Usage: waxseal check DOMAIN [OPTION]...

Looks at DOMAIN as a receiver of mail, as a stranger on the Internet does: MX, DNSSEC,
addresses, STARTTLS at each address, certificates, TLSA records, MTA-STS and TLS reports.
Sends no mail. Says what is wrong, why that matters, what to do, and what to publish.

${RESOLVER_OPTIONS_HELP}\
  --port N               port of mail hosts, and in TLSA names (25)
  --https-port N         port of the MTA-STS policy host (443)
  --ca FILE              trust these certificates (PEM) too, for SMTP and HTTPS
  --helo NAME            the name to give in EHLO; default: this host's, if complete
  --policy FILE          settings in JSON; options on the command line override them
  --allow-loopback       hosts may have loopback and private addresses
${LOOK_IDLE_HELP}\
${DEADLINE_HELP}\
  --json                 print one JSON object: domain, checkedAt, findings, hosts

Ends with 69 if there is an error or worse, with 75 if something could not be looked up or
reached in time and there is no other error, else with 0. Warnings and notices do not
count.
`;

export const check: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, REACH_OPTIONS);
    const [text, second] = positionals;
    if (text === undefined) throw misuse('the domain is missing; give one like example.org');
    if (second !== undefined)
      throw misuse(`there can be one domain only, and ${JSON.stringify(second)} is a second`);
    const domain = parseHostName(/^[\p{L}\p{M}\p{N}.-]+$/u.test(text) ? domainToASCII(text) : '');
    if (domain === null) throw misuse(`${JSON.stringify(text)} is not a domain; give one like example.org`);
    const look = await readLook(values);
    try {
      const { options, validation } = look;
      const checked = await look.within(checkDomain(domain, { ...options, clock: Date.now, validation }));
      look.done();
      await print(
        values.json === true
          ? `${JSON.stringify(reportOf(domain, checked))}\n`
          : renderCheck(domain, checked.findings, painter()),
      );
      return exitOfCheck(checked.findings);
    } finally {
      look.done();
    }
  },
};

/** What is known to be wrong counts most, then what could not be seen. */
function exitOfCheck(findings: Awaited<ReturnType<typeof checkDomain>>['findings']): Exit {
  const grave = findings.filter(({ severity }) => severity === 'critical' || severity === 'error');
  if (grave.some(({ certainty }) => certainty === 'known')) return EXIT.bounced;
  return grave.length > 0 ? EXIT.deferred : EXIT.ok;
}
