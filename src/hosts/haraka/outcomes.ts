/*
 * Each recipient's outcome, given back to Haraka's queue. Haraka has one outcome for a queue file, so those who wait and those who
 * are refused go on in files of their own, as its own client does it.
 */
import type { RecipientReport } from '../../engine/recipient-report.js';
import { failureWords } from '../failure-words.js';
import type { HarakaAddress, HarakaMail } from './haraka.js';

/** What became of a recipient, and what stood in the way, in a sentence; null: nothing that he may read. */
export interface ToldReport extends RecipientReport {
  readonly happened: string | null;
}

/** Nobody is served, and nobody is refused. */
export function waitAll(mail: HarakaMail, reason: string): void {
  for (const recipient of mail.todo.rcpt_to)
    Object.assign(recipient, {
      dsn_action: 'delayed',
      dsn_status: '4.3.0',
      dsn_code: 451,
      dsn_msg: oneLine(reason),
    });
  mail.temp_fail(oneLine(reason), {});
}

/** `reports`: one for each recipient of the mail, in order. */
export function giveBack(mail: HarakaMail, reports: readonly ToldReport[]): void {
  const of = (wanted: RecipientReport['outcome']) =>
    mail.todo.rcpt_to.filter((_, at) => reports[at]?.outcome === wanted);
  const [served, waiting, refused] = [of('delivered'), of('deferred'), of('bounced')];
  const failures = mail.num_failures;

  if (waiting.length > 0) {
    splitOff(mail, waiting, reports, (own, reason) => {
      // A file of its own begins to count at 0; how often these were tried is known.
      own.num_failures = failures;
      own.temp_fail(reason, { fail_recips: waiting, mx: hostOf(reports, 'deferred') });
    });
  }
  if (refused.length > 0) {
    splitOff(mail, refused, reports, (own, reason) =>
      own.bounce(reason, { bounce_recips: refused, mx: hostOf(reports, 'bounced') }),
    );
  }
  const report = reports.find(({ outcome }) => outcome === 'delivered');
  if (report === undefined) mail.discard();
  else {
    const { ip, mx, domain, reply, status, tls } = report;
    mail.delivered(
      ...([ip ?? '', 25, 'SMTP', mx ?? domain, reply?.text ?? status] as const),
      ...([served, waiting, refused, tls !== null, false] as const),
    );
  }
}

/** The file in which these go on; the message as a whole is kept until it has been written. */
function splitOff(
  mail: HarakaMail,
  recipients: readonly HarakaAddress[],
  reports: readonly ToldReport[],
  go: (own: HarakaMail, reason: string) => void,
): void {
  mail.refcount++;
  mail.split_to_new_recipients(recipients, 'waxseal', (own) => {
    // The file is read anew, and knows nothing of what was said; the notice is made of what stands here.
    const reasons = own.todo.rcpt_to.map((recipient) => {
      const report = reports.find((each) => each.recipient === recipient.address);
      return report === undefined ? '' : describe(recipient, report);
    });
    mail.discard();
    go(own, [...new Set(reasons)].join('; '));
  });
}

function describe(recipient: HarakaAddress, report: ToldReport): string {
  const { outcome, status, reply, mx, ip, domain, happened } = report;
  const isPermanent = outcome === 'bounced';
  const host = mx === null ? domain : ip === null ? mx : `${mx} [${ip}]`;
  const begin = `${status} ${host}: `;
  const says = oneLine(failureWords(report, happened, { host, lengthMax: LENGTH_MAX - begin.length }));
  const reason = oneLine(`${begin}${says}`);
  Object.assign(recipient, {
    reason,
    dsn_action: isPermanent ? 'failed' : 'delayed',
    dsn_status: status,
    dsn_code: reply?.code ?? (isPermanent ? 550 : 450),
    dsn_msg: says,
    ...(mx !== null && { dsn_remote_mta: `dns; ${mx}` }),
    ...(reply !== null && { dsn_smtp_code: reply.code, dsn_smtp_response: oneLine(reply.text) }),
  });
  return reason;
}

function hostOf(
  reports: readonly ToldReport[],
  wanted: RecipientReport['outcome'],
): { readonly exchange: string } {
  const report = reports.find(({ outcome }) => outcome === wanted);
  return { exchange: report?.mx ?? report?.domain ?? '' };
}

const LENGTH_MAX = 400;

/** Notices are lines of a header: nothing that a server says may begin another one. */
function oneLine(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, LENGTH_MAX)
    .trim();
}
