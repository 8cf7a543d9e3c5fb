/*
 * Which way imports run, and what stays out of the pure core. The compiler holds the rest: the core is type-checked
 * without a platform.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));

interface Source {
  /** Below src, e.g. "policy/host/plan.ts". */
  readonly path: string;
  readonly text: string;
  /** Modules: below src for our own, else the name of the package. */
  readonly imports: readonly string[];
}

const sources: readonly Source[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/\.(test|fixture|contract)\.ts$/.test(path))
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8');
    const names = [
      ...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm),
    ];
    const imports = names.map(([, one, two, three]) => {
      const name = one ?? two ?? three!;
      return name.startsWith('.') ? relative(src, normalize(join(src, dirname(path), name))) : name;
    });
    return { path, text, imports };
  });

const below = (...folders: readonly string[]) =>
  sources.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));

/** Imports of those sources that are none of the allowed. */
function strays(from: readonly Source[], ...allowed: readonly string[]): readonly string[] {
  return from.flatMap(({ path, imports }) =>
    imports
      .filter((name) => !allowed.some((start) => name.startsWith(start)))
      .map((name) => `${path} imports ${name}`),
  );
}

/** Modules that reach one another, by Tarjan's walk. */
function circles(): readonly (readonly string[])[] {
  const targets = new Map(
    sources.map(({ path, imports }) => [path, imports.map((name) => name.replace(/\.js$/, '.ts'))]),
  );
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): number => {
    order.set(path, order.size);
    low.set(path, order.get(path)!);
    open.push(path);
    for (const target of targets.get(path)!) {
      if (!targets.has(target)) continue;
      const reached = order.has(target)
        ? open.includes(target)
          ? order.get(target)!
          : Infinity
        : visit(target);
      low.set(path, Math.min(low.get(path)!, reached));
    }
    if (low.get(path) === order.get(path)) {
      const circle = open.splice(open.indexOf(path));
      if (circle.length > 1) found.push(circle);
    }
    return low.get(path)!;
  };
  for (const { path } of sources) if (!order.has(path)) visit(path);
  return found;
}

describe('imports run one way', () => {
  it('there is something to look at', () => {
    for (const folder of ['policy/', 'machine/', 'effects/', 'adapters/', 'testing/', 'cli/']) {
      expect(below(folder).length, folder).toBeGreaterThan(3);
    }
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(300);
  });

  it('policy sees only policy', () => {
    expect(strays(below('policy/'), 'policy/')).toEqual([]);
  });

  it('effects see policy; their codecs io-ts and fp-ts', () => {
    expect(
      strays(
        below('effects/').filter(({ path }) => !path.startsWith('effects/codecs/')),
        'policy/',
        'effects/',
      ),
    ).toEqual([]);
    expect(strays(below('effects/codecs/'), 'policy/', 'effects/', 'io-ts', 'fp-ts/')).toEqual([]);
  });

  it('machines see policy, effects and xstate, which nobody else sees', () => {
    expect(strays(below('machine/'), 'policy/', 'effects/', 'machine/', 'xstate')).toEqual([]);
    const others = sources.filter(({ path }) => !path.startsWith('machine/'));
    expect(others.filter(({ imports }) => imports.includes('xstate'))).toEqual([]);
  });

  it('nobody runs XState: program.ts walks what the machines define', () => {
    const runs = /\b(createActor|initialTransition|getNextSnapshot|getMicrosteps)\b|[^.\w]transition\(/;
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '');
    expect(
      below('machine/')
        .filter(({ text }) => runs.test(code(text)))
        .map(({ path }) => path),
    ).toEqual([]);
    const users = below('machine/').filter(({ text }) => /^import (?!type\b)[^;]*'xstate'/m.test(text));
    expect(users.map(({ path }) => path).sort()).toEqual([
      'machine/attempt.machine.ts',
      'machine/host.machine.ts',
      'machine/message.machine.ts',
      'machine/steps.ts',
    ]);
  });

  it('adapters see effects and policy, and neither machines nor each other', () => {
    const platform = ['node:', 'io-ts', 'fp-ts/'];
    expect(strays(below('adapters/node/'), 'policy/', 'effects/', 'adapters/node/', ...platform)).toEqual([]);
    expect(strays(below('adapters/files/'), 'policy/', 'effects/', 'adapters/files/', 'node:')).toEqual([]);
    expect(strays(below('adapters/memory/'), 'policy/', 'effects/', 'adapters/memory/')).toEqual([]);
    const sql = ['policy/', 'effects/', 'adapters/sql/'];
    expect(strays(below('adapters/sql/'), ...sql, 'node:crypto')).toEqual([]);
    expect(strays(below('adapters/sqlite/'), ...sql, 'adapters/sqlite/', 'node:', 'libsql')).toEqual([]);
    expect(
      strays(below('adapters/postgres/'), ...sql, 'adapters/postgres/', 'pg', 'graphile-worker'),
    ).toEqual([]);
    expect(
      strays(below('adapters/scripted/'), 'policy/', 'effects/', 'adapters/scripted/', 'io-ts', 'fp-ts/'),
    ).toEqual([]);
  });

  it('the engine sees machines, effects and policy, and no adapter', () => {
    expect(below('engine/').length).toBeGreaterThan(3);
    expect(strays(below('engine/'), 'policy/', 'effects/', 'machine/', 'engine/')).toEqual([]);
  });

  it('services see the engine, effects and policy, each its own room and signatures, and no adapter', () => {
    const seen = ['policy/', 'effects/', 'engine/'];
    const dkim = 'services/dkim/';
    const rooms = [
      ['check/'],
      ['sts/'],
      ['dkim/', 'node:', 'mailauth/'],
      ['tls-report/', 'node:', 'mailauth/', dkim],
      ['queue/', 'machine/', 'node:', dkim],
    ] as const;
    for (const [room, ...own] of rooms) {
      const folder = `services/${room}`;
      expect(below(folder).length, folder).toBeGreaterThan(1);
      expect(strays(below(folder), ...seen, folder, ...own), folder).toEqual([]);
    }
  });

  it('hosts see both front doors, stores, the engine, effects and policy, and the servers and certificates that they speak with', () => {
    expect(below('hosts/').length).toBeGreaterThan(3);
    const seen = [
      'policy/',
      'effects/',
      'engine/',
      'services/',
      'hosts/',
      'index.js',
      'node',
      'adapters/memory/',
      'adapters/sqlite/',
      'adapters/postgres/',
    ];
    expect(
      strays(below('hosts/'), ...seen, 'node:', 'smtp-server', '@peculiar/x509', 'reflect-metadata'),
    ).toEqual([]);
  });

  it('the daemon sees what it puts together, and of packages what it speaks with', () => {
    expect(below('daemon/').length).toBeGreaterThan(3);
    const seen = ['policy/', 'effects/', 'engine/', 'services/', 'hosts/', 'daemon/', 'adapters/', 'node'];
    expect(strays(below('daemon/'), ...seen, 'index.js', 'diagnostics.js', 'smtp-server', 'yaml')).toEqual(
      [],
    );
  });

  it('what is asked afterwards sees policy and effects, and is given the programs', () => {
    expect(below('audit/').length).toBeGreaterThan(3);
    expect(strays(below('audit/'), 'policy/', 'effects/', 'audit/')).toEqual([]);
  });

  it('the page sees what plays and explains in memory, and nothing of a platform', () => {
    expect(below('explorer/').length).toBeGreaterThan(3);
    const seen = [
      'policy/',
      'effects/',
      'machine/',
      'engine/',
      'audit/',
      'adapters/scripted/',
      'testing/scenario/',
    ];
    expect(strays(below('explorer/'), ...seen, 'explorer/')).toEqual([]);
  });

  it('no module reaches itself', () => {
    expect(circles()).toEqual([]);
  });

  it('nobody but the command imports the command', () => {
    expect(
      sources.filter(
        ({ path, imports }) => !path.startsWith('cli/') && imports.some((name) => name.startsWith('cli/')),
      ),
    ).toEqual([]);
  });
});

describe('the pure core', () => {
  /** Prose that was generated is no code. */
  const isWritten = ({ text }: Source) => !text.includes('Generated by `npm run gen`');
  const core = below('policy/', 'machine/')
    .concat(
      below('effects/').filter(({ path }) => !/batches|interpret|misuse|patience|ports|stores/.test(path)),
    )
    .filter(isWritten);

  it('has no clock, randomness or waiting', () => {
    const impure =
      /\b(Date\.now|new Date|Math\.random|setTimeout|setInterval|performance|process|async|await|Promise)\b/;
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$|'[^'\n]*'|`[^`]*`/gm, '');
    expect(core.filter(({ text }) => impure.test(code(text))).map(({ path }) => path)).toEqual([]);
  });

  it('throws only in the kernel, where a table has a hole, and where the compiler wants an end', () => {
    const throwing = core.filter(
      ({ path, text }) =>
        /\bthrow\b/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')) &&
        !path.startsWith('policy/kernel/'),
    );
    expect(throwing.map(({ path }) => path).sort()).toEqual([
      'effects/replay.ts',
      'machine/program.ts',
      'machine/steps.ts',
      'policy/host/transaction.ts',
    ]);
  });

  it('has no any', () => {
    const loose = sources
      .filter(isWritten)
      .filter(({ text }) => /\bas any\b|: any\b|<any>/.test(text.replace(/\/\/ biome-ignore.*\n.*$/gm, '')));
    expect(loose.map(({ path }) => path)).toEqual([]);
  });
});
