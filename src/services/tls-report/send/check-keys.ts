import type { Decision } from '../../../policy/kernel/table.js';
import { judgeKeyRecord } from '../../../policy/tls-report/send/dkim-key.table.js';
import type { DkimKey } from '../../dkim/index.js';
import type { ReportPorts, ReportSettings } from './report-options.js';
import { checkKeyPorts } from './report-options.js';
import { completeSettings } from './settings.js';

/** Whether receivers can verify what a key signs. */
export interface KeyCheck {
  readonly key: DkimKey;
  /** Where its public half is published. */
  readonly name: string;
  readonly decision: Decision;
}

/** Looks up the public halves of the signing keys (RFC 8460, Section 3; RFC 6376, Section 3.6.1). Throws a `ReportSettingsError`, and a {@link MisuseError}. */
export async function checkKeys(
  ports: Pick<ReportPorts, 'dns'>,
  settings: ReportSettings,
  signal: AbortSignal,
): Promise<readonly KeyCheck[]> {
  checkKeyPorts(ports, signal);
  const { keys, submitter, deadlines } = completeSettings(settings);
  return Promise.all(
    keys.map(async (key) => {
      const name = `${key.selector}._domainkey.${submitter}`;
      const answer = await ports.dns['dns.txt']({ name, deadlineMs: deadlines.dnsMs }, signal);
      const texts = answer.kind === 'failed' ? null : answer.records;
      return { key, name, decision: judgeKeyRecord(texts, key) };
    }),
  );
}
