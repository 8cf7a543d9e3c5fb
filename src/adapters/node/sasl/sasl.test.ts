import { describe, expect, it } from 'vitest';
import type { Lost, Reply } from '../../../policy/smtp/reply.js';
import { authenticate } from './authenticate.js';
import { clientMechanism, type MechanismTask } from './mechanisms.js';
import { saslPrep } from './saslprep.js';
import { scram } from './scram.js';

/** Of a server. */
const salt = Buffer.alloc(16).toString('base64');
const credentials = { user: 'user', secret: 'pencil', host: 'relay.example', port: 587 };
const text = (said: Buffer | string | null): string | null => (said === null ? null : said.toString());

describe('SCRAM', () => {
  it.each([
    [
      'sha1',
      'fyko+d2lbbFgONRv9qkxdawL',
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    ],
    [
      'sha256',
      'rOprNGfwEbeRWgbNEkqO',
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    ],
  ] as const)(
    'says over %s what the RFC has it say, and looks at the proof (SCRAM-7677-3-1, SCRAM-5-1, SCRAM-6-2)',
    async (hash, nonce, first, final, last) => {
      const client = scram(credentials, { hash, binding: null, couldBind: false, nonce });
      expect(text(client.initial())).toBe(`n,,n=user,r=${nonce}`);
      expect(text(await client.respond(Buffer.from(first)))).toBe(final);
      expect(client.proof).toBe('none');
      expect(text(await client.respond(Buffer.from(last)))).toBe('');
      expect(client.proof).toBe('shown');
    },
  );

  it('tells whether it could bind, and is bound (SCRAM-6-1, SCRAM-6-2)', async () => {
    const said = async (binding: Parameters<typeof scram>[1]['binding'], couldBind: boolean) => {
      const client = scram(credentials, { hash: 'sha1', binding, couldBind, nonce: 'x' });
      const final = text((await client.respond(Buffer.from(`r=x12345678,s=${salt},i=4096`))) as Buffer)!;
      return [text(client.initial())!.split(',', 1)[0], /^c=([^,]*),r=x12345678,p=/.exec(final)?.[1]];
    };
    expect(await said(null, false)).toEqual(['n', 'biws']);
    expect(await said(null, true)).toEqual(['y', 'eSws']);
    const exporter = { type: 'tls-exporter', data: Buffer.alloc(32, 7) } as const;
    const bound = Buffer.concat([Buffer.from('p=tls-exporter,,'), exporter.data]).toString('base64');
    expect(await said(exporter, true)).toEqual(['p=tls-exporter', bound]);
  });

  it('escapes what would end a name (SCRAM-5.1-1)', () => {
    const client = scram(
      { ...credentials, user: 'a=b,c' },
      { hash: 'sha1', binding: null, couldBind: false, nonce: 'x' },
    );
    expect(text(client.initial())).toBe('n,,n=a=3Db=2Cc,r=x');
  });

  it('passes over what it need not know (SCRAM-5.1-3)', async () => {
    const client = scram(credentials, { hash: 'sha256', binding: null, couldBind: false, nonce: 'nonce' });
    const first = Buffer.from(`r=nonce12345678,s=${salt},i=4096,x=new,y=too`);
    expect(text((await client.respond(first)) as Buffer)).toMatch(/^c=biws,r=nonce12345678,p=/);
  });
  it.each([
    ['a nonce that is not ours', `r=otherotherother,s=${salt},i=4096`, 'bad-challenge'],
    ['a nonce that adds nothing', `r=nonce,s=${salt},i=4096`, 'bad-challenge'],
    ['an extension that must be known', `m=x,r=nonce12345678,s=${salt},i=4096`, 'bad-challenge'],
    ['a short salt', 'r=nonce12345678,s=AAAA,i=4096', 'bad-challenge'],
    ['nothing', '', 'bad-challenge'],
    ['little work', `r=nonce12345678,s=${salt},i=1`, 'bad-iterations'],
    ['endless work', `r=nonce12345678,s=${salt},i=2147483648`, 'bad-iterations'],
  ])('refuses %s (SCRAM-5.1-2, SCRAM-5.1-3, SCRAM-9-1)', async (_, challenge, failure) => {
    const client = scram(credentials, { hash: 'sha256', binding: null, couldBind: false, nonce: 'nonce' });
    expect(await client.respond(Buffer.from(challenge))).toBe(failure);
  });

  it('takes no wrong proof, and no error for one (SCRAM-5-1, SCRAM-5.1-4)', async () => {
    for (const last of ['v=AAAA', 'e=invalid-proof', '']) {
      const client = scram(credentials, { hash: 'sha256', binding: null, couldBind: false, nonce: 'nonce' });
      await client.respond(Buffer.from(`r=nonce12345678,s=${salt},i=4096`));
      expect(await client.respond(Buffer.from(last))).toBe('bad-proof');
      expect(client.proof).toBe('none');
    }
  });
});

describe('a mechanism', () => {
  const task: MechanismTask = {
    ...{ mechanism: 'plain', user: 'user', secret: 'pencil', host: 'relay.example', port: 587 },
    ...{ binding: 'unbound', channel: null },
  };
  const initialOf = (own: Partial<MechanismTask>) => {
    const client = clientMechanism({ ...task, ...own });
    return typeof client === 'string' ? client : text(client.initial());
  };

  it('says what its RFC has it say (AUTH-4616-1)', () => {
    expect(initialOf({})).toBe('\0user\0pencil');
    expect(initialOf({ mechanism: 'external' })).toBe('user');
    expect(initialOf({ mechanism: 'xoauth2' })).toBe('user=user\x01auth=Bearer pencil\x01\x01');
    expect(initialOf({ mechanism: 'oauthbearer' })).toBe(
      'n,a=user,\x01host=relay.example\x01port=587\x01auth=Bearer pencil\x01\x01',
    );
  });

  it('answers the challenge of RFC 2195', async () => {
    const client = clientMechanism({
      ...task,
      mechanism: 'cram-md5',
      user: 'tim',
      secret: 'tanstaaftanstaaf',
    });
    if (typeof client === 'string') throw new Error(client);
    const challenge = Buffer.from('<1896.697170952@postoffice.reston.mci.net>');
    expect(text(await client.respond(challenge))).toBe('tim b913a602c7eda7a495b4e6e7334d3890');
  });

  it('is none without a password, without a binding, or with what may not be said (AUTH-4-10)', () => {
    expect(initialOf({ secret: null })).toBe('no-secret');
    expect(initialOf({ mechanism: 'scram-sha-256-plus' })).toBe('no-binding');
    expect(initialOf({ secret: 'a\0b' })).toBe('bad-secret');
    expect(initialOf({ mechanism: 'xoauth2', secret: 'a\x01b' })).toBe('bad-secret');
  });

  it('prepares names and passwords (AUTH-4-10, SCRAM-5.1-1)', () => {
    expect(initialOf({ mechanism: 'scram-sha-256', user: 'I\u00adX' })).toMatch(/^n,,n=IX,r=/);
    expect(saslPrep('I\u00adX')).toBe('IX');
    expect(saslPrep('\u00aa')).toBe('a');
    expect(saslPrep('\u2168')).toBe('IX');
    expect(saslPrep('a\u00a0b')).toBe('a b');
    for (const refused of ['\u0007', '\u0627\u0031', '', '\ue000']) expect(saslPrep(refused)).toBeNull();
  });
});

describe('AUTH', () => {
  /** Says these replies in turn, and what was said to it. */
  function server(...replies: readonly string[]) {
    const said: string[] = [];
    const converse = async (line: string): Promise<Reply | Lost> => {
      said.push(line);
      const [code, ...rest] = (replies[said.length - 1] ?? '421 bye').split(' ');
      return { code: Number(code), lines: [rest.join(' ')] };
    };
    return { said, converse };
  }
  const saying = (initial: string | null, ...answers: readonly string[]) => {
    let at = 0;
    return {
      initial: () => (initial === null ? null : Buffer.from(initial)),
      respond: async () => (at < answers.length ? Buffer.from(answers[at++]!) : ('bad-challenge' as const)),
      proof: 'none' as const,
    };
  };

  it('says the first response with the command, "=" for an empty one (AUTH-4-3)', async () => {
    const filled = server('235 ok');
    await authenticate('plain', saying('ab'), filled.converse);
    expect(filled.said).toEqual(['AUTH PLAIN YWI=']);
    const empty = server('235 ok');
    await authenticate('external', saying(''), empty.converse);
    expect(empty.said).toEqual(['AUTH EXTERNAL =']);
  });

  it('keeps a long one until it is asked for (AUTH-4-4)', async () => {
    const { said, converse } = server('334 ', '235 ok');
    expect(await authenticate('xoauth2', saying('x'.repeat(600)), converse)).toMatchObject({
      reply: { code: 235 },
    });
    expect(said).toEqual(['AUTH XOAUTH2', Buffer.from('x'.repeat(600)).toString('base64')]);
  });

  it.each(['=AAA', 'AA A', 'A'])(
    'cancels where "%s" is said to be a challenge (AUTH-4-5)',
    async (challenge) => {
      const { said, converse } = server(`334 ${challenge}`, '501 cancelled');
      expect(await authenticate('login', saying(null, 'user'), converse)).toEqual({
        kind: 'failed',
        cause: 'bad-challenge',
        reply: { code: 501, lines: ['cancelled'] },
      });
      expect(said).toEqual(['AUTH LOGIN', '*']);
    },
  );

  it('ends where challenges do not', async () => {
    const { said, converse } = server(...new Array<string>(50).fill('334 '));
    const endless = { initial: () => null, respond: async () => Buffer.alloc(0), proof: 'none' as const };
    expect(await authenticate('login', endless, converse)).toMatchObject({ kind: 'failed' });
    expect(said.length).toBeLessThan(10);
  });
});
