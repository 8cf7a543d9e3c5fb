import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { happenedIn } from '../engine/happened-in.js';
import { createNodeEngine, type NodeEngine, readMessage, settingsOf } from '../node.js';
import { type Internet, startInternet } from '../testing/index.js';
import { failureWords } from './failure-words.js';

let internet: Internet;
let engine: NodeEngine;

beforeAll(async () => {
  internet = await startInternet({
    signedZones: ['dane.test'],
    dns: {
      'MX a.test': ['10 mx.a.test'],
      'A mx.a.test': ['@mx.a.test'],
      'MX down.test': ['10 mx.down.test'],
      'A mx.down.test': ['@mx.down.test'],
      'MX dane.test': ['10 mx.dane.test'],
      'A mx.dane.test': ['@mx.dane.test'],
      'TLSA mx.dane.test': [`3 1 1 ${'ab'.repeat(32)}`],
      'MX lame.test': { fails: 'refused' },
    },
    mail: {
      'mx.a.test': { replies: { rcpt: { 'no@a.test': '550 5.1.1 nobody' } } },
      'mx.down.test': { connect: 'refuse' },
      'mx.dane.test': {},
    },
  });
  engine = createNodeEngine({
    ...{ resolver: internet.resolver, ca: [internet.caPem] },
    settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
  });
});
afterAll(async () => {
  await engine.close();
  await internet.close();
});

async function attempt(...to: readonly string[]) {
  const { content, facts } = readMessage(Buffer.from('Subject: x\r\n\r\nx\r\n'), to);
  const mail = {
    from: 's@s.test',
    to,
    content,
    facts: { ...facts, requireTls: 'no', report: 'none' },
  } as const;
  const delivery = await engine.deliver(mail);
  return { results: delivery.results, happened: happenedIn(delivery) };
}

const words = async (recipient: string, lengthMax = 1000) => {
  const { results, happened } = await attempt(recipient);
  const [report] = results;
  const host = `${report!.mx} [${report!.ip}]`;
  return failureWords(report!, happened[0]!.toStrangers, { host, lengthMax });
};

describe('why a recipient did not get it, in one line', () => {
  it('begins with what happened, whoever it was, and names no host twice', async () => {
    expect(await words('u@down.test')).toMatch(
      /^No connection to mx\.down\.test \[127\.[\d.]+\] port \d+ could be made: it was refused\. No address of .+ \(CONN-3\)$/,
    );
    expect(await words('no@a.test')).toMatch(
      /^answered RCPT with "550 5\.1\.1 nobody"\. The server has refused it for good; .+ \(REPLY-5\)$/,
    );
  });

  it('leaves out the middle where there is no room, and never how it ends', async () => {
    expect(await words('u@dane.test')).toMatch(
      /^At _\d+\._tcp\.mx\.dane\.test stands 3 1 1 (?:AB){32}; .+ \(PEER-6\)$/,
    );
    for (const lengthMax of [300, 400]) {
      const brief = await words('u@dane.test', lengthMax);
      expect(brief.length).toBeLessThanOrEqual(lengthMax);
      expect(brief).toMatch(/^At _\d+\._tcp\..*does not match it\. No TLSA record vouches .+ \(PEER-6\)$/);
    }
  });

  it('keeps from strangers what is ours, and tells the operator', async () => {
    const { happened } = await attempt('u@lame.test');
    expect(happened).toEqual([
      { toStrangers: null, toOperator: expect.stringMatching(/^The MX lookup of lame\.test failed/) },
    ]);
  });

  it('belongs to each recipient in the order in which they were named', async () => {
    const { results, happened } = await attempt('u@down.test', 'u@a.test', 'no@a.test', 'v@down.test');
    expect(results.map(({ outcome }) => outcome)).toEqual(['deferred', 'delivered', 'bounced', 'deferred']);
    expect(happened.map(({ toStrangers }) => toStrangers?.slice(0, 13))).toEqual([
      'No connection',
      undefined,
      'mx.a.test [12',
      'No connection',
    ]);
  });

  it('quotes the reply where nothing else is known, and says no more than why where nothing is', () => {
    const because = { row: 'REPLY-5', why: 'It was refused.' } as never;
    const room = { host: 'mx', lengthMax: 100 };
    const reply = { code: 550, text: 'no' } as never;
    expect(failureWords({ because, reply }, null, room)).toBe('answered "550 no". It was refused (REPLY-5)');
    expect(failureWords({ because, reply: null }, null, room)).toBe('It was refused (REPLY-5)');
    expect(failureWords({ because: null, reply: null }, null, room)).toBe('a fault of ours');
  });
});
