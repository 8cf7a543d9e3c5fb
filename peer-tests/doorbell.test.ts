/*
 * Nodes that wake one another over a real PostgreSQL, each a process of its own. Most of them look for nothing by themselves as long as a
 * test may take, so that what they do they were rung for.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handIn, helloTo, Served } from '../src/cli/serve.fixture.js';
import { worldArguments } from '../src/cli/world-arguments.js';
import { type Internet, startInternet, type World } from '../src/testing/index.js';
import { run, until } from './daemon.js';
import { type PostgresServer, startPostgres } from './postgres.js';
import type { RingingLine, RingingOptions } from './ringing.process.js';

const HOUR_MS = 3_600_000;
const LAUNCHER = fileURLToPath(new URL('../bin/waxseal.js', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./ringing.process.ts', import.meta.url));
const WITHOUT_ENGINE = new URL('./without-graphile-worker.mjs', import.meta.url).href;

const world: World = {
  dns: Object.fromEntries(
    ['b.test', 'a-silent.test'].flatMap((name) => [
      [`MX ${name}`, [`10 mx.${name}`]],
      [`A mx.${name}`, [`@mx.${name}`]],
    ]),
  ),
  mail: {
    'mx.b.test': { replies: { rcpt: { 'later@b.test': '451 4.3.0 later' } } },
    'mx.a-silent.test': { connect: 'silent' },
  },
};

let server: PostgresServer;
let internet: Internet;
let url: string;
let database: string;
let databases = 0;
const nodes: RingingNode[] = [];
const served: Served[] = [];

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  internet = await startInternet(world);
  database = `doorbell_${++databases}`;
  url = await server.createDatabase(database);
});
afterEach(async () => {
  await Promise.all([...nodes.splice(0), ...served.splice(0)].map((node) => node.end('SIGKILL')));
  await internet.close();
});

class RingingNode {
  readonly #child: ChildProcess;
  readonly #lines: RingingLine[] = [];
  #wake: () => void = () => undefined;
  #isOver = false;
  #complaints = '';

  constructor(own: Partial<RingingOptions>) {
    const { resolver, port, httpsPort, caPem } = internet;
    const options: RingingOptions = {
      ...{ url, resolver, port, httpsPort, caPem, lookEveryMs: HOUR_MS, atOnce: 1, whenRung: 'look' },
      ...own,
    };
    this.#child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(options)]);
    createInterface(this.#child.stdout!).on('line', (line) => {
      this.#lines.push(JSON.parse(line) as RingingLine);
      this.#wake();
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text;
    });
    this.#child.once('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** The first line that is such and was not asked for yet, as soon as it is there. */
  async says(isSuch: (line: RingingLine) => boolean): Promise<RingingLine> {
    for (;;) {
      const at = this.#lines.findIndex(isSuch);
      if (at >= 0) return this.#lines.splice(at, 1)[0]!;
      if (this.#isOver) throw new Error(`it has ended: ${this.#complaints}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async queue(recipient: string): Promise<void> {
    this.#child.stdin!.write(`${recipient}\n`);
    await this.says((line) => line.says === 'kept' && line.recipient === recipient);
  }

  async outcome(recipient: string): Promise<string> {
    const line = await this.says((each) => each.says === 'outcome' && each.recipient === recipient);
    return line.says === 'outcome' ? line.outcome : '';
  }

  async over(): Promise<NodeJS.Signals | number | null> {
    if (!this.#isOver) await once(this.#child, 'close');
    return this.#child.signalCode ?? this.#child.exitCode;
  }

  async end(signal: NodeJS.Signals): Promise<NodeJS.Signals | number | null> {
    if (!this.#isOver) this.#child.kill(signal);
    return this.over();
  }

  /** What it wrote to standard error. */
  get complaints(): string {
    return this.#complaints;
  }
}

/** A node that hears, unless it is to be the other way. */
async function startNode(
  own: Partial<RingingOptions> = {},
  says: RingingLine['says'] = 'heard',
): Promise<RingingNode> {
  const node = new RingingNode(own);
  nodes.push(node);
  await node.says((line) => line.says === says);
  return node;
}

/** One that has no room for anything else, as its only attempt takes longer than a test. */
async function startFullNode(own: Partial<RingingOptions> = {}): Promise<RingingNode> {
  const node = await startNode(own);
  await node.queue('x@a-silent.test');
  await until(() => internet.sessions('mx.a-silent.test').length > 0, 'nobody has gone there');
  return node;
}

async function ask(sql: string, at = url): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(at);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a node that looks for nothing by itself', () => {
  it('takes up at once what another that is full has accepted (SMTP-4.5.4.1-1)', async () => {
    const full = await startFullNode();
    const idle = await startNode();
    await full.queue('y@b.test');
    expect(await idle.outcome('y@b.test')).toBe('delivered');
    expect([await idle.end('SIGTERM'), idle.complaints]).toEqual([0, '']);
  });

  it('takes up what a command puts into the database, and what an operator orders', async () => {
    const idle = await startNode();
    const place = ['--database', url];
    const putIn = run('sh', 'dash', [
      ...[
        '-c',
        'printf "Subject: x\\n\\nx\\n" | "$@"',
        'sh',
        process.execPath,
        LAUNCHER,
        'sendmail',
        '--json',
      ],
      ...[...place, '-f', 's@b.test', 'later@b.test'],
    ]);
    expect(await idle.outcome('later@b.test')).toBe('deferred');
    const { id } = JSON.parse(await putIn) as { id: string };
    await run(process.execPath, 'nodejs', [LAUNCHER, 'queue', 'fail', id, ...place]);
    expect(await idle.outcome('later@b.test')).toBe('bounced');
  });

  it('is woken when something is due that one which is gone had put off', async () => {
    const idle = await startNode();
    // It has room for more, so that it rings for no other reason.
    const gone = await startNode({ atOnce: 5 });
    await gone.queue('later@b.test');
    expect(await gone.outcome('later@b.test')).toBe('deferred');
    const later = "SELECT 1 FROM waxseal_wakeups.jobs WHERE key LIKE '%later'";
    await until(async () => (await ask(later)).length > 0, 'it has not rung');
    await gone.end('SIGKILL');
    expect(await idle.outcome('later@b.test')).toBe('expired');
  });

  it('is woken by the next ring where one died with a ring in hand', async () => {
    const full = await startFullNode();
    await full.queue('y@b.test');
    const dying = new RingingNode({ whenRung: 'die' });
    nodes.push(dying);
    expect(await dying.over()).toBe('SIGKILL');
    const locked = 'SELECT 1 FROM waxseal_wakeups.jobs WHERE locked_at IS NOT NULL';
    expect(await ask(locked)).toHaveLength(1);
    const idle = await startNode();
    await full.queue('z@b.test');
    expect(await idle.outcome('z@b.test')).toBe('delivered');
  });

  it('does not hear those of another queue in the same database', async () => {
    const [one, other] = [await startNode({ schema: 'one' }), await startNode({ schema: 'other' })];
    const full = await startFullNode({ schema: 'one' });
    for (const name of ['u', 'v', 'w', 'y', 'z']) {
      await full.queue(`${name}@b.test`);
      expect(await one.outcome(`${name}@b.test`)).toBe('delivered');
    }
    expect(await ask("SELECT 1 FROM waxseal_wakeups.jobs WHERE task_identifier LIKE '%other'")).toEqual([]);
    expect([await other.end('SIGTERM'), other.complaints]).toEqual([0, '']);
  });
});

describe('where rings are not heard', () => {
  const unheard = (line: RingingLine) => line.says === 'unheard';
  const heard = (line: RingingLine) => line.says === 'heard';

  it.each([
    ['the tables of the engine are gone', 'DROP SCHEMA waxseal_wakeups CASCADE', /waxseal_wakeups/],
    ['the server ends the connection', null, /terminat/],
  ])('because %s, a node looks again, delivers, and hears again in the end', async (_, sql, why) => {
    const full = await startFullNode();
    const node = await startNode({ lookEveryMs: 1_000 });
    if (sql === null) await server.disconnect(database);
    else await ask(sql);
    expect(await node.says(unheard)).toMatchObject({ why: expect.stringMatching(why) });
    await full.queue('y@b.test');
    expect(await node.outcome('y@b.test')).toBe('delivered');
    await node.says(heard);
    await full.queue('z@b.test');
    expect(await node.outcome('z@b.test')).toBe('delivered');
    expect([await node.end('SIGTERM'), node.complaints]).toEqual([0, '']);
  });

  it('because somebody has locked its table, a node looks again, and hears again when that is over', async () => {
    const full = await startFullNode();
    const node = await startNode({ lookEveryMs: 1_000 });
    const other = new pg.Client(url);
    await other.connect();
    await other.query('BEGIN; LOCK TABLE waxseal_wakeups._private_jobs');
    expect(await node.says(unheard)).toMatchObject({ why: expect.stringMatching(/timeout/) });
    await full.queue('y@b.test');
    expect(await node.outcome('y@b.test')).toBe('delivered');
    await other.query('ROLLBACK');
    await other.end();
    await node.says(heard);
  });

  it('because it may not make the tables, a node tells so, and delivers by looking', async () => {
    await ask('CREATE ROLE guest LOGIN; GRANT ALL ON SCHEMA public TO guest');
    const address = url.replace('user=postgres', 'user=guest');
    const node = await startNode({ url: address, lookEveryMs: 1_000 }, 'unheard');
    await node.queue('y@b.test');
    expect(await node.outcome('y@b.test')).toBe('delivered');
    expect([await node.end('SIGTERM'), node.complaints]).toEqual([0, '']);
  });
});

describe('two daemons, of which one has no graphile-worker', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waxseal-doorbell-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('say whether they hear and why not, and what either accepts is delivered', async () => {
    const ca = await internet.writeCa(join(folder, 'ca.pem'));
    const args = [
      ...['--listen', '127.0.0.1:0', '--database', url, '--helo', 'mail.s.test'],
      ...worldArguments(internet, ca),
    ];
    const without = await Served.start(args, 1, { nodeOptions: `--import ${WITHOUT_ENGINE}` });
    const having = await Served.start(args);
    served.push(without, having);
    const told = ({ event }: { readonly event: string }) => event === 'doorbell';
    expect(await without.told(told)).toMatchObject({
      level: 'info',
      why: 'graphile-worker is not installed',
    });
    expect(await having.told(told)).toMatchObject({
      level: 'info',
      msg: 'other nodes are heard when they ring',
    });
    for (const [name, node] of [
      ['one', without],
      ['two', having],
    ] as const) {
      const { client } = await helloTo(node.address('smtp'));
      expect((await handIn(client, [`${name}@b.test`])).at(-1)).toMatch(/^250 /);
      client.close();
    }
    await until(() => internet.received('mx.b.test').length === 2, 'something is missing');
    expect(await Promise.all([without.end(), having.end()])).toEqual([0, 0]);
    expect(without.said + having.said).not.toMatch(/"event":"text"|^[^{]/m);
  });
});
