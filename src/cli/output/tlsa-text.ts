import { tlsaLine, tlsaOwner } from '../../policy/check/tlsa-publish.js';
import { judgeTlsaKind } from '../../policy/check/tlsa-worth.table.js';
import type { TlsaToPublish } from '../tlsa-records.js';
import { complain, print } from './terminal.js';

export interface TlsaPrint {
  readonly host: string;
  readonly port: number;
  readonly records: readonly TlsaToPublish[];
  /** What could be published beside or instead. */
  readonly alternatives: readonly TlsaToPublish[];
  /** What speaks against them; sentences. */
  readonly doubts: readonly string[];
}

/** Records for a zone file, alternatives as comments; what to mind on standard error, so that the output can be redirected. */
export async function printTlsa(what: TlsaPrint, isJson: boolean): Promise<void> {
  const warnings = [...what.records.slice(0, 1).flatMap(warningsOf), ...what.doubts];
  const owner = tlsaOwner(what.host, what.port);
  if (isJson) {
    const asJson = (record: TlsaToPublish) => ({
      owner,
      ...record,
      record: tlsaLine(owner, record, record.data),
      worth: judgeTlsaKind(record).verdict,
    });
    const { records, alternatives } = what;
    await print(
      `${JSON.stringify({ records: records.map(asJson), alternatives: alternatives.map(asJson), warnings })}\n`,
    );
    return;
  }
  const lineOf = (record: TlsaToPublish) => `${tlsaLine(owner, record, record.data)}\n`;
  const others = what.alternatives.map((record) => `;   ${lineOf(record)}`);
  const comment =
    others.length === 0 ? [] : ['; for the issuer that is sent along, beside or instead:\n', ...others];
  await print([...what.records.map(lineOf), ...comment].join(''));
  for (const warning of warnings) complain(`; warning: ${warning}`);
  for (const line of adviceFor(what)) complain(`; ${line}`);
}

function warningsOf(record: TlsaToPublish): readonly string[] {
  const { verdict, why } = judgeTlsaKind(record);
  if (verdict === 'recommended') return [];
  const kind = `${record.usage} ${record.selector} ${record.matching}`;
  return [verdict === 'acceptable' ? `${kind}: ${why}` : `${kind} is ${verdict}: ${why}`];
}

/** RFC 7671, Section 8.1: what is new in DNS must have reached everybody before the server changes. */
function adviceFor({ records, host }: TlsaPrint): readonly string[] {
  const isIssuer = records.some(({ of }) => of === 'issuer');
  const thing = isIssuer ? 'issuer' : 'key or certificate';
  return [
    `For a new ${thing}: publish its record beside the old one, wait two TTLs of the old`,
    'records, change the server, and remove the old record only then (RFC 7671, Section 8.1).',
    ...(isIssuer
      ? [
          'The server must send this issuer along, even a self-signed root (RFC 7672, Section 3.1.2),',
          `and its own certificate must hold the name ${host} (Section 3.2.2).`,
        ]
      : []),
  ];
}
