import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { decodeWith } from '../../effects/codecs/result.js';
import { DEFAULT_RETRY } from '../../policy/queue/settings.js';
import { configSchema, configShape } from './config-shape.js';
import { readConfig } from './read-config.js';

const WHOLE = `
retry: { schedule: [7m30s, 15m, 30m, 1h, 2h, 4h, 8h], jitter: 10%, delayNoticeAfter: 5, keepEnded: 7d }
limits: { concurrency: 50, perDomain: 10, perHost: 5, messageBytes: 50000000, recipients: 1000 }
postmaster: postmaster@example.org
transports:
  smarthost: { kind: relay, host: relay.example, port: 587, tls: starttls, verify: pkix, user: u, passwordFile: /etc/waxseal/pw, mechanisms: [scram-sha-256-plus, scram-sha-256] }
  proxied:   { kind: direct, socks: 127.0.0.1:1080 }
  refused:   { kind: fail, status: 5.7.1, text: not from here }
routes:
  - { to: [example.com, .example.net], from: [], account: [], attempts: ">=4", transport: smarthost }
destinations:
  - { destination: .partner.example, demand: dane, owner: ann, reason: a contract, expiresAt: "2027-01-31" }
users: [{ name: app, passwordFile: /etc/waxseal/app.pw }]
webhooks: [{ url: https://hooks.example/x, events: [delivered, bounced, deferred, delayed, expired], secretFile: /etc/waxseal/hook }]
`;

function problemsOf(text: string): readonly string[] {
  const read = readConfig(text);
  if (read.kind === 'read') return [];
  return read.problems.map(({ line, column, path, says }) => `${line}:${column} ${path}: ${says}`);
}

describe('the configuration', () => {
  it('is read whole', () => {
    const read = readConfig(WHOLE);
    expect(read).toMatchObject({
      kind: 'read',
      config: {
        retry: DEFAULT_RETRY,
        keepEndedMs: 604_800_000,
        limits: { concurrency: 50, perDomain: 10, perHost: 5, messageBytes: 50_000_000, recipients: 1000 },
        transports: {
          smarthost: { kind: 'relay', host: 'relay.example', port: 587, user: 'u' },
          proxied: {
            kind: 'direct',
            socks: { ipv4: { address: '127.0.0.1', port: 1080 }, ipv6: { address: '127.0.0.1', port: 1080 } },
          },
          refused: { kind: 'fail', status: '5.7.1' },
        },
        passwordFiles: { smarthost: '/etc/waxseal/pw' },
        routes: [{ to: ['example.com', '.example.net'], attempts: { atLeast: 4, atMost: null } }],
        destinations: [{ demand: 'dane', expiresAt: Date.UTC(2027, 0, 31) }],
        users: [{ name: 'app', from: [], recipientsPerHour: null }],
        webhooks: [{ events: ['delivered', 'bounced', 'deferred', 'delayed', 'expired'] }],
      },
    });
  });

  it('is good as docs/operating.md shows it', () => {
    const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
    const shown = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.flatMap(problemsOf)).toEqual([]);
  });

  it('has keys for notices', () => {
    const keys = 'notices: { dkimKeys: [{ file: /k.pem, selector: n2026 }] }\n';
    const noticeKeys = [{ file: '/k.pem', selector: 'n2026' }];
    expect(readConfig(keys)).toMatchObject({ kind: 'read', config: { noticeKeys } });
    expect(readConfig('{}')).toMatchObject({ config: { noticeKeys: [] } });
  });

  it('says how long an address that is gone is written to no more', () => {
    expect(readConfig('suppress: { gone: 30d }\n')).toMatchObject({
      config: { suppressGoneMs: 30 * 86_400_000 },
    });
    expect(readConfig('{}')).toMatchObject({ config: { suppressGoneMs: null } });
  });

  it('may be left out, in part or whole', () => {
    for (const text of ['', '{}', '# nothing\n', 'limits: { perHost: 3 }'])
      expect(readConfig(text)).toMatchObject({ kind: 'read', config: { limits: { concurrency: 50 } } });
  });

  it.each<[string, readonly string[]]>([
    [
      'limits:\n  concurrency: many\n',
      ['2:16 limits.concurrency: expected a whole number from 1 to 10000, found "many"'],
    ],
    [
      'limits:\n  speed: 1\n',
      [
        '2:3 limits.speed: expected no such key, found 1; there is: concurrency, perDomain, perHost, perDomainPerMinute, perHostPerMinute, messageBytes, recipients',
      ],
    ],
    [
      'routes:\n  - to: [a.test]\n',
      ['2:5 routes[0].transport: expected a name of letters, digits, ".", "_" and "-", found nothing'],
    ],
    [
      'lmtpListen: [127.0.0.1:24, "0.0.0.0:24"]\n',
      [
        '1:28 lmtpListen[1]: it is for this host alone; give 127.0.0.1:PORT or unix:PATH. Nobody logs in by LMTP, so that nobody from elsewhere could ever hand anything in. (LISTEN-5)',
      ],
    ],
    [
      'admin: { listen: "[::]:8025", tokenFile: /t }\nlisten: [0.0.0.0:25, localhost:99999]\n',
      [
        '2:22 listen[1]: none of HOST:PORT, [IPV6]:PORT and unix:PATH',
        '1:18 admin.listen: it is for this host alone; give 127.0.0.1:PORT or unix:PATH. Its token would go over the network in clear. (LISTEN-7)',
      ],
    ],
    [
      'tlsListen: [0.0.0.0:465]\nmetrics: 0.0.0.0:9100\nlmtpListen: [unix:/run/x, "[::1]:24"]\nadmin: { listen: localhost:1, tokenFile: /t }\n',
      [],
    ],
    ['routes:\n  - transport: gone\n', ['2:16 routes[0].transport: there is no transport "gone"']],
    [
      'transports:\n  x y: { kind: direct }\n',
      ['2:3 transports["x y"]: expected transports by name, found "x y"'],
    ],
    ['transports:\n  direct: { kind: direct }\n', ['2:3 transports.direct: the name "direct" is taken']],
    [
      'transports:\n  r: { kind: relay, host: Relay.example }\n',
      [
        '2:27 transports.r.host: expected a host name in lower-case A-labels, or an IP address, found "Relay.example"',
      ],
    ],
    [
      'transports:\n  r:\n    kind: relay\n    host: r.test\n    user: u\n',
      ['2:3 transports.r: user and passwordFile go together'],
    ],
    [
      'retry: { schedule: [soon] }\n',
      ['1:21 retry.schedule[0]: expected a duration such as 90s, 7m30s, 2h or 5d, found "soon"'],
    ],
    ['retry: { schedule: [0s] }\n', ['1:10 retry.schedule: a wait of no time']],
    [
      'webhooks:\n- url: http://hooks.example/\n',
      ['2:8 webhooks[0].url: no https URL, and no http URL of this host'],
    ],
    [
      'webhooks:\n- url: https://hooks.example/\n- url: https://hooks.example/\n  events: [bounced]\n',
      ['3:8 webhooks[1].url: there is a webhook for https://hooks.example/ already'],
    ],
    [
      'users:\n- { name: a, passwordFile: x }\n- { name: a, passwordFile: y }\n',
      ['3:11 users[1].name: there is a user "a" already'],
    ],
    ['a: 1\na: 2\n', ['2:1 : Map keys must be unique']],
    [
      'limits: [\n',
      ['2:1 : Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['- 1\n', ['1:1 : expected the configuration of waxseal serve, found a list of 1']],
  ])('%j is told with its place', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('does not grow beyond measure by aliases', () => {
    const names = 'abcdefghij'.split('');
    const text = names
      .map(
        (name, at) =>
          `${name}: &${name} [${
            at === 0
              ? '1'
              : Array(9)
                  .fill(`*${names[at - 1]}`)
                  .join(', ')
          }]`,
      )
      .join('\n');
    expect(problemsOf(text)[0]).toContain('alias');
  });

  it('is read or refused, whatever it is, and never thrown on', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['read', 'refused']).toContain(readConfig(text).kind);
      }),
    );
  });
});

describe('the JSON Schema of the configuration', () => {
  const validate = new Ajv2020({ strict: false, allErrors: false }).compile(configSchema());
  const isRead = (value: unknown) => decodeWith(configShape.codec, value).ok;
  /** What may stand anywhere, right or wrong. */
  const scalar = fc.oneof(
    fc.constantFrom(...WHOLE.match(/[^\s{}[\],"]+/g)!),
    fc.constantFrom(
      'direct',
      'fail',
      'relay',
      '7m30s',
      '50%',
      '51%',
      '0',
      '>=4',
      '1-3',
      'a@a.test',
      '[::1]:25',
    ),
    fc.constantFrom('*', 'unix:/x', 'https://a.test', 'http://127.0.0.1/', '4.7.1', 'implicit', 'dane', ''),
    fc.integer({ min: -1, max: 70_000 }),
    fc.boolean(),
    fc.constant(null),
  );
  const keys = [
    ...new Set([...JSON.stringify(configSchema()).matchAll(/"([a-zA-Z0-9]+)":/g)].map(([, key]) => key!)),
  ];
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      fc.array(tie('node'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 4 }),
    ),
  }));

  it('takes what the codec takes, and nothing else', () => {
    const good = decodeYaml(WHOLE);
    expect([validate(good), isRead(good)]).toEqual([true, true]);
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(good)), node, (place, value) => {
        const changed = withValue(good, place, value);
        // Dates are the one thing that a pattern cannot tell.
        fc.pre(!place.includes('expiresAt') && !JSON.stringify(value).includes('expiresAt'));
        expect([place, value, validate(changed)]).toEqual([place, value, isRead(changed)]);
      }),
      { numRuns: 1000 },
    );
  });
});

type Place = readonly (string | number)[];

function decodeYaml(text: string): object {
  return JSON.parse(JSON.stringify(parse(text))) as object;
}

/** Every place in a value, that of the value itself left out. */
function placesIn(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, own]) =>
    placesIn(own, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? inner : [at, ...inner];
}

function withValue(value: unknown, [key, ...rest]: Place, own: unknown): unknown {
  if (key === undefined) return own;
  if (Array.isArray(value)) return value.map((each, at) => (at === key ? withValue(each, rest, own) : each));
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [key]: withValue(object[key], rest, own) };
}
