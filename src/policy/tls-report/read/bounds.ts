/*
 * Bounds of our own on a report that somebody sends us. RFC 8460, Section 5.2, speaks of ten megabytes as a limit commonly
 * seen at receivers; the largest senders stay far below all of these.
 */

/** Characters of one text, unpacked, with one report or several behind one another. */
export const REPORT_LENGTH_MAX = 10_485_760;
export const DEPTH_MAX = 32;
/** Of one report. */
export const VALUES_MAX = 500_000;
/** Characters of one string, of one number, and of blanks in one place, in JSON. */
export const STRING_LENGTH_MAX = 65_536;
export const NUMBER_LENGTH_MAX = 1024;
export const BLANKS_MAX = 1_048_576;
/** Of one text. */
export const REPORTS_MAX = 10_000;
export const POLICIES_MAX = 2000;
/** In all policies of a report together. */
export const DETAILS_MAX = 10_000;
export const STRINGS_MAX = 200;
export const TEXT_LENGTH_MAX = 1024;
export const DEVIATIONS_MAX = 100;
/** Characters of what is quoted in a deviation. */
export const QUOTE_LENGTH_MAX = 60;
/** Of a summary: what is told apart, reports of one sender about one domain that are compared, and pairs. */
export const FAILURES_MAX = 5000;
export const SENDERS_MAX = 10_000;
export const POLICY_GROUPS_MAX = 5000;
export const STRETCHES_MAX = 2000;
export const OVERLAPS_MAX = 10_000;
