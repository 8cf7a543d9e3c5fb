/* What came of an attempt, in ZoneMTA's words. */
import type { RecipientReport } from '../../engine/recipient-report.js';
import type { ZoneConnection, ZoneDelivery, ZoneError } from './zonemta.js';

/** Log and notices name the host that was spoken to, and not who spoke to it. */
export function nameHost(
  delivery: ZoneDelivery,
  connection: ZoneConnection | undefined,
  { mx, ip, domain }: RecipientReport,
): void {
  if (mx !== null) delivery.mxHostname = mx;
  else delete delivery.mxHostname;
  if (connection === undefined) return;
  connection.options.servername = mx ?? domain;
  connection.options.host = ip ?? '';
}

/** Without this ZoneMTA's rules would guess from the text: 452 is a refusal to them, and what they do not know is one, too. */
export function nameOutcome(error: ZoneError, report: RecipientReport): void {
  error.action = report.outcome === 'bounced' ? 'reject' : 'defer';
  // What a server said is sorted by ZoneMTA's own rules, by which it rests addresses that are blocked.
  if (report.reply === null) error.category = categoryOf(report.status);
}

function categoryOf(status: string): 'dns' | 'policy' | 'network' {
  if (/^[45]\.7\./.test(status)) return 'policy';
  return /^(?:4\.4\.3|5\.4\.4|5\.1\.\d+)$/.test(status) ? 'dns' : 'network';
}
