/* One host run against a server of few words: what scenarios do not show, because no real server does it. */
import { describe, expect, it } from 'vitest';
import type { AnswerOf, AskOf } from '../effects/catalog.js';
import { simulateHost } from '../effects/simulate.js';
import type { HostInput } from '../policy/host/types.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { DEFAULT_SETTINGS } from '../policy/settings.js';
import { programs } from './programs.js';

const IP = '198.41.0.10';
const say = (code: number, ...lines: readonly string[]) => ({ code, lines: lines.length > 0 ? lines : [''] });
const MESSAGE: HostInput['message'] = { sender: 's@b.example', ...PLAIN_FACTS, sizeBytes: 1 };

/** A server in clear that answers MAIL so; `mails`: what is said to have gone over each connection before. */
function run(mail: number, own: Partial<HostInput> = {}, mails?: number, ...keywords: readonly string[]) {
  const connects: AskOf<'smtp.connect'>[] = [];
  const input: HostInput = {
    ...{ startedAt: 0, attempt: 1, mxSecurity: 'insecure', expandedDestination: null, sts: { kind: 'none' } },
    destination: { kind: 'domain', name: 'a.example' },
    candidate: { host: 'mx.a.example', source: 'mx', preference: 0 },
    recipients: ['x@a.example'],
    ...{ message: MESSAGE, settings: DEFAULT_SETTINGS, dialled: [], purpose: 'deliver' },
    ...own,
  };
  const known = { kind: 'insecure', aliases: [], ttlSeconds: 1 } as const;
  const send: AnswerOf<'smtp.send'> = {
    mail: say(mail),
    recipients: [],
    data: mail < 300 ? say(354) : null,
    end: mail < 300 ? say(250) : null,
    lost: null,
  };
  const ended = simulateHost(programs.host, input, {
    answer(ask) {
      switch (ask.type) {
        case 'dns.addresses': {
          const a = { ...known, denial: null, records: [IP] };
          return { at: 0, answer: { a, aaaa: { ...known, denial: 'nodata', records: [] } } };
        }
        case 'smtp.connect':
          connects.push(ask);
          return {
            at: 0,
            answer: {
              ...({ kind: 'greeted', reply: say(220), localAddress: '198.41.0.200', address: IP } as const),
              ...(mails !== undefined && { mails }),
            },
          };
        case 'smtp.hello':
          return { at: 0, answer: { kind: 'replied', reply: say(250, 'mx.a.example', ...keywords) } };
        case 'smtp.send':
          return {
            at: 0,
            answer: { ...send, recipients: ask.recipients.map(() => (mail < 300 ? say(250) : null)) },
          };
        case 'smtp.quit':
          return { at: 0, answer: { kind: 'closed' } };
        default:
          throw new Error(ask.type);
      }
    },
  });
  if (ended.kind !== 'finished') throw new Error(ended.message);
  return { fresh: connects.map(({ fresh }) => fresh ?? 'no'), result: ended.output };
}

describe('a connection that was kept', () => {
  it('is left for a fresh one where the server wants no more mail over it, once', () => {
    expect(run(421, {}, 3).fresh).toEqual(['no', 'yes']);
    expect(run(451, {}, 3).fresh).toEqual(['no']);
    expect(run(250, {}, 3).fresh).toEqual(['no']);
    expect([451, 250].map((mail) => run(mail, {}, 3).result.reply?.code)).toEqual([451, 250]);
  });

  it('is left for a fresh one where it may carry no more for those who are left', () => {
    const two = { recipients: ['x@a.example', 'y@a.example'] };
    expect(run(250, two, 0, 'LIMITS RCPTMAX=1 MAILMAX=1').fresh).toEqual(['no', 'yes']);
    expect(run(250, two, 0, 'LIMITS RCPTMAX=1').fresh).toEqual(['no']);
  });

  it('is none where nothing went over it', () => {
    expect(run(421).fresh).toEqual(['no']);
    expect(run(421, {}, 0).fresh).toEqual(['no']);
  });
});

describe('the report of a session', () => {
  const reports = (own: Partial<HostInput> = {}) =>
    run(250, own).result.reports.map(({ policyType, policyDomain, success, failure }) => [
      ...[policyType, policyDomain, success, failure],
    ]);

  it('counts a session in clear for the domain', () => {
    expect(reports()).toEqual([['no-policy-found', 'a.example', 0, 1]]);
  });

  it('counts none of a message that sets policies aside, of a report, to an address or to a relay', () => {
    expect(reports({ message: { ...MESSAGE, tlsRequired: 'no' } })).toEqual([]);
    expect(reports({ message: { ...MESSAGE, report: 'tls' } })).toEqual([]);
    expect(reports({ message: { ...MESSAGE, report: 'dmarc' } })).toHaveLength(1);
    expect(reports({ destination: { kind: 'literal', address: IP } })).toEqual([]);
    const relay = {
      ...({ kind: 'relay', name: 'out', host: 'mx.a.example', port: 25 } as const),
      ...({ tls: 'none', verify: 'none' } as const),
    };
    expect(reports({ relay })).toEqual([]);
  });
});
