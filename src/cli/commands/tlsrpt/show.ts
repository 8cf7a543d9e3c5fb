import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportDue, Stores } from '../../../effects/stores.js';
import type { TlsReportPolicy } from '../../../policy/tls-report/tally.js';
import { allReports } from '../../../services/tls-report/send/all-reports.js';
import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { CommandError, EXIT } from '../../exit.js';
import { openStores, placeOf, requirePlace, STATE_OPTIONS, type StateValues } from '../../kept-state.js';
import { jsonText } from '../../output/json.js';
import { painter, print } from '../../output/terminal.js';
import { renderTally } from '../../output/tlsrpt/sending-text.js';
import { reasonOf } from '../../read-file.js';
import { CHOICE_OPTIONS, readChoice } from './choice.js';

const HELP = `\
Usage: waxseal tlsrpt show (--state DIR | --database URL) [--day YYYY-MM-DD]
                           [--domain DOMAIN] [--json]

Shows what has been counted for TLS reports (RFC 8460) of ours to other domains, and
which of them have been sent.

  --state DIR            where the tallies are ("waxseal deliver --state DIR" keeps them)
  --database URL         the PostgreSQL database (postgres://...) in which they are
  --day YYYY-MM-DD       of this day (UTC) only
  --domain DOMAIN        of this domain only
  --json                 print one JSON object {"tallies":[...]}

Ends with 0; 64: wrong use of the command; 66: there are no tallies there, or they
cannot be read.
`;

const OPTIONS = { ...CHOICE_OPTIONS, ...STATE_OPTIONS, json: { type: 'boolean' } } as const;

export const show: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    requirePlace(values, 'the tallies are');
    const { day, domain } = readChoice(values);
    const { reports, close } = await openTallies(values);
    try {
      if (values.json === true) await print('{"tallies":[');
      let count = 0;
      for await (const due of allReports(reports)) {
        if ((day ?? due.day) !== due.day || (domain ?? due.domain) !== due.domain) continue;
        const lines = await reports.read(due);
        await print(
          values.json === true ? `${count > 0 ? ',' : ''}\n${asJson(due, lines)}` : asText(due, lines),
        );
        count++;
      }
      if (values.json === true) await print('\n]}\n');
      else if (count === 0) await print('Nothing has been counted.\n');
      return EXIT.ok;
    } catch (error) {
      throw unreadable(values, error);
    } finally {
      await close();
    }
  },
};

async function openTallies(places: StateValues): Promise<Pick<Stores, 'reports' | 'close'>> {
  if (places.state === undefined) return openStores(places);
  const { sqliteStores, STATE_FILE } = await import('../../../adapters/sqlite/index.js');
  // Looking must not make a file.
  await access(join(places.state, STATE_FILE)).catch((error: unknown) => {
    throw unreadable(places, error);
  });
  return sqliteStores({ directory: places.state });
}

function unreadable(places: StateValues, error: unknown): CommandError {
  return new CommandError(
    EXIT.noInput,
    `the tallies in ${placeOf(places)} cannot be read: ${reasonOf(error)}`,
  );
}

function asJson({ day, domain, state }: ReportDue, lines: readonly TlsReportPolicy[]): string {
  return jsonText({ day, domain, state, lines });
}

function asText(due: ReportDue, lines: readonly TlsReportPolicy[]): string {
  return renderTally(due, lines, painter());
}
