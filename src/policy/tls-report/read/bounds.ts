/*
 * Bounds of our own on a report that somebody sends us. RFC 8460, Section 5.2, speaks of ten megabytes as a limit commonly
 * seen at receivers; the largest senders stay far below all of these.
 */

/** Characters of one report, unpacked. */
export const REPORT_LENGTH_MAX = 20_971_520;
export const DEPTH_MAX = 32;
export const VALUES_MAX = 2_000_000;
export const POLICIES_MAX = 10_000;
/** In all policies of a report together. */
export const DETAILS_MAX = 100_000;
export const STRINGS_MAX = 200;
export const TEXT_LENGTH_MAX = 1024;
export const DEVIATIONS_MAX = 100;
/** Characters of what is quoted in a deviation. */
export const QUOTE_LENGTH_MAX = 60;
