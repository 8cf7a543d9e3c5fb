import type { AuditReport } from '../../../audit/report/index.js';

const COLUMNS = [
  'domain',
  'recipients',
  'delivered',
  'authenticated',
  'encrypted',
  'clear',
  'deferred',
  'bounced',
  'best',
  'worst',
  'first',
  'last',
  'rows',
] as const;

/** A line for each domain (RFC 4180, but for line ends). What a spreadsheet would take for a formula is not left so. */
export function renderAuditCsv({ domains }: AuditReport): string {
  const lines = domains.map((domain) =>
    COLUMNS.map((column) => {
      const value =
        column === 'rows'
          ? domain.rows.map(({ row, recipients }) => `${row}:${recipients}`).join(' ')
          : domain[column];
      return typeof value === 'number' ? `${value}` : cell(value ?? '');
    }).join(','),
  );
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

function cell(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${tame.replaceAll('"', '""')}"`;
}
