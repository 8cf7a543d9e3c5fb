import type { PolicyStore, StoredPolicy } from '../../../effects/stores.js';
import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { EXIT } from '../../exit.js';
import { jsonText } from '../../output/json.js';
import { renderKept } from '../../output/sts/policies-text.js';
import { painter, print } from '../../output/terminal.js';
import { KEPT_HELP, STORE_OPTIONS, withStore } from './setup.js';

const HELP = `\
Usage: waxseal sts list (--state DIR | --database URL) [--json]

Lists the MTA-STS policies that are kept, in order of domains.

${KEPT_HELP}\
  --json                 print one JSON object {"policies":[...]}
`;

const PAGE_ENTRIES = 500;

export const list: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, STORE_OPTIONS);
    if (positionals.length > 0)
      throw misuse(`${JSON.stringify(positionals[0])} is too much; "waxseal sts get" shows one domain`);
    const isJson = values.json === true;
    const now = Date.now();
    await withStore(values, async (store) => {
      // Page by page: a store may hold more than is good to hold at once.
      let before = isJson ? '{"policies":[' : '';
      for await (const page of pagesOf(store)) {
        const items = page.map((entry) => (isJson ? jsonText(entry) : renderKept(entry, now, painter())));
        await print(`${before}${items.join(isJson ? ',' : '\n')}`);
        before = isJson ? ',' : '\n';
      }
      if (isJson) await print(`${before === ',' ? '' : before}]}\n`);
    });
    return EXIT.ok;
  },
};

async function* pagesOf(store: Pick<PolicyStore, 'list'>): AsyncGenerator<readonly StoredPolicy[]> {
  let after: string | null = null;
  for (;;) {
    const page: readonly StoredPolicy[] = await store.list({ after, entriesMax: PAGE_ENTRIES });
    if (page.length > 0) yield page;
    if (page.length < PAGE_ENTRIES) return;
    after = page.at(-1)!.domain;
  }
}
