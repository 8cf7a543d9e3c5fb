export { type BuiltReport, buildReport, type ReportFacts } from './build-report.js';
export { composeMail, type MailFacts, SIGNED_FIELDS } from './compose-mail.js';
export { judgeKey, judgeKeyRecord } from './dkim-key.table.js';
export {
  answerOfStatus,
  concludeReport,
  type EndpointAnswer,
  type EndpointVerdict,
  judgeEndpoint,
} from './endpoint-outcome.table.js';
export { fileNameOf, MEDIA_TYPE, type NameFacts, reportIdOf, subjectOf } from './report-names.js';
export { type NextStep, nextStep, type StepFacts } from './report-step.table.js';
export { judgeWanted, type WantedReport } from './report-wanted.table.js';
export { nextAttemptAt, type Schedule, type Spread, scheduleOf } from './schedule.js';
export type * from './tls-report.js';
