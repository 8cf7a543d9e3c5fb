/* TLS reports of a busy day: a million sessions to ten thousand domains counted, and the reports made and compressed. */
import { inChild } from './child.js';
import type { ReportDay } from './report-day.js';
import type { Benchmark } from './table.js';

export const tlsReports: Benchmark = {
  title: 'TLS reports of a day, a million sessions to 10,000 domains, in memory',
  async run() {
    const { countSeconds, makeSeconds, octets, peakBytes, leanBytes } =
      await inChild<ReportDay>('./report-day');
    return [
      { what: 'sessions counted', value: `${countSeconds.toFixed(1)} s` },
      { what: 'reports made and compressed', value: `${makeSeconds.toFixed(1)} s` },
      { what: 'all reports together', value: `${(octets / 1024 / 1024).toFixed(1)} MiB` },
      {
        what: 'peak memory',
        value: `${mebibytes(peakBytes)} MiB`,
        cpu: `of which ${mebibytes(leanBytes)} before the first session`,
      },
    ];
  },
};

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
