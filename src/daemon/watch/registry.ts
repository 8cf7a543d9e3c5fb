/*
 * Numbers for who watches, in the text format of Prometheus. Words of labels come from closed lists, so that nobody can make
 * them many: no domain, no address and no id is ever one.
 */

type Labels = Readonly<Record<string, string>>;

/** Seconds, from five milliseconds to ten minutes. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 600, 3600, 86_400];
/** Series of one metric; more than any honest table needs. */
const SERIES_MAX = 2_000;

export interface Counter {
  add(labels?: Labels, amount?: number): void;
  /** Adds one under these labels, for who does so often. */
  under(labels: Labels): () => void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
  /** Observes under these labels, for who does so often. */
  under(labels: Labels): (value: number) => void;
}

export interface Gauge {
  /** What it is when somebody looks, a number for each set of labels. */
  readonly read: () => Promise<readonly (readonly [labels: Labels, value: number])[]>;
}

interface Metric {
  readonly name: string;
  readonly lines: () => Promise<readonly string[]>;
}

export class Registry {
  readonly #metrics: Metric[] = [];

  /** `begin`: labels that are known beforehand. They begin at 0, since who watches sees no rise in what is there for the first time. */
  counter(name: string, help: string, begin: readonly Labels[] = []): Counter {
    const series = new Map<string, number>(begin.map((labels) => [textOf(labels), 0]));
    this.#register(name, 'counter', help, async () =>
      [...series].map(([labels, value]) => `${name}${labels} ${value}`),
    );
    const add = (key: string, amount: number) => {
      if (series.has(key) || series.size < SERIES_MAX) series.set(key, (series.get(key) ?? 0) + amount);
    };
    return {
      add: (labels = {}, amount = 1) => add(textOf(labels), amount),
      under: (labels) => {
        const key = textOf(labels);
        return () => add(key, 1);
      },
    };
  }

  histogram(name: string, help: string): Histogram {
    const series = new Map<
      string,
      { readonly labels: Labels; readonly counts: number[]; sum: number; count: number }
    >();
    this.#register(name, 'histogram', help, async () =>
      [...series.values()].flatMap(({ labels, counts, sum, count }) => [
        ...BUCKETS.map((le, at) => `${name}_bucket${textOf({ ...labels, le: `${le}` })} ${counts[at]}`),
        `${name}_bucket${textOf({ ...labels, le: '+Inf' })} ${count}`,
        `${name}_sum${textOf(labels)} ${sum}`,
        `${name}_count${textOf(labels)} ${count}`,
      ]),
    );
    const observe = (key: string, labels: Labels, value: number) => {
      const own = series.get(key) ?? { labels, counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
      if (!series.has(key) && series.size >= SERIES_MAX) return;
      series.set(key, own);
      BUCKETS.forEach((le, at) => {
        if (value <= le) own.counts[at] = own.counts[at]! + 1;
      });
      own.sum += value;
      own.count += 1;
    };
    return {
      observe: (value, labels = {}) => observe(textOf(labels), labels, value),
      under: (labels) => {
        const key = textOf(labels);
        return (value) => observe(key, labels, value);
      },
    };
  }

  gauge(name: string, help: string, read: Gauge['read']): void {
    this.#register(name, 'gauge', help, async () =>
      (await read()).map(([labels, value]) => `${name}${textOf(labels)} ${value}`),
    );
  }

  #register(name: string, type: string, help: string, lines: Metric['lines']): void {
    this.#metrics.push({
      name,
      lines: async () => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...(await lines().catch(() => [])),
      ],
    });
  }

  /** The names of all that is counted. */
  get names(): readonly string[] {
    return this.#metrics.map(({ name }) => name);
  }

  /** Everything, as it is now. What cannot be read at the moment is left out. */
  async text(): Promise<string> {
    const lines = await Promise.all(this.#metrics.map((metric) => metric.lines()));
    return `${lines.flat().join('\n')}\n`;
  }
}

function textOf(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  return `{${entries.map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, '_')}"`).join(',')}}`;
}
