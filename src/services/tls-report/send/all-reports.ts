import type { ReportDue, ReportKey, TlsReportStore } from '../../../effects/stores.js';

const PAGE_ENTRIES = 500;

/** Every report that a store knows of, read page by page. Rejects if the store cannot be reached. */
export async function* allReports(store: Pick<TlsReportStore, 'list'>): AsyncGenerator<ReportDue> {
  let after: ReportKey | null = null;
  for (;;) {
    const page: readonly ReportDue[] = await store.list({ after, entriesMax: PAGE_ENTRIES });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ENTRIES) return;
    after = { day: last.day, domain: last.domain };
  }
}
