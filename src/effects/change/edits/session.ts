/* What a server says, and what the path to it lets through. */
import type { Owner } from '../../../policy/explain/fact.js';
import { authCauseText, lossInWords, replyText } from '../../../policy/explain/values.js';
import { chooseMechanism } from '../../../policy/relay/session.js';
import { DEFAULT_MECHANISMS } from '../../../policy/relay/transport.js';
import { keywordsOf, sizeLimitOf } from '../../../policy/smtp/ehlo.js';
import { enhancedStatusOf } from '../../../policy/smtp/enhanced-status.js';
import { classOf, codeOf, type LostCause, type Reply } from '../../../policy/smtp/reply.js';
import type { AnswerOf, AskOf } from '../../catalog.js';
import { type Asked, type Edit, editOfAnswers, GO_ON, type Supposed } from '../edit.js';
import { helloReply, reply } from '../well-kept.js';

/** What would have to be different in one answer of a server. */
export function sessionEdits(asked: Asked, run: Supposed, recipient: string): readonly Edit[] {
  const { ask, answer } = asked;
  if (answer === null) return [];
  switch (ask.type) {
    case 'smtp.connect':
      return connectEdits(asked, answer as AnswerOf<'smtp.connect'>);
    case 'smtp.hello':
      return helloEdits(asked, answer as AnswerOf<'smtp.hello'>, run);
    case 'smtp.starttls':
      return startTlsEdits(asked, answer as AnswerOf<'smtp.starttls'>);
    case 'tls.handshake':
      return handshakeEdits(asked, answer as AnswerOf<'tls.handshake'>);
    case 'smtp.auth':
      return authEdits(asked, answer as AnswerOf<'smtp.auth'>);
    case 'smtp.send':
      return sendEdits(asked, answer as AnswerOf<'smtp.send'>, recipient);
    default:
      return [];
  }
}

function placeOf({ host, address, ask }: Asked): string {
  const ip = address ?? (ask.type === 'smtp.connect' ? ask.address : null);
  return ip === null || ip === host ? `${host}` : `${host} [${ip}]`;
}

function repair(
  asked: Asked,
  what: string,
  by: Owner,
  says: string,
  answer: (before: never) => unknown,
): Edit {
  return editOfAnswers(
    { key: `${asked.key} ${what}`, by, kind: 'repair', says },
    { [asked.key]: answer as never },
  );
}

function connectEdits(asked: Asked, answer: AnswerOf<'smtp.connect'>): readonly Edit[] {
  if (asked.ask.type !== 'smtp.connect') return [];
  const { address, port } = asked.ask;
  const isOpen = answer.kind === 'greeted' && classOf(answer.reply) === '2yz';
  if (isOpen) return [];
  const greeted = () => ({ kind: 'greeted', reply: reply(220), localAddress: '0.0.0.0', address });
  const place = placeOf(asked);
  if (answer.kind === 'greeted')
    return [
      repair(
        asked,
        'greets',
        'recipient',
        `See that ${place} greets with 220; it says ${replyText(answer.reply)}.`,
        greeted,
      ),
    ];
  const why =
    answer.kind === 'failed'
      ? `the connection failed (${answer.cause})`
      : answer.kind === 'connected'
        ? 'TLS comes first'
        : lossInWords(answer.cause);
  return [
    repair(
      asked,
      'connects',
      'network',
      `See that one can connect to ${place} port ${port} and is greeted: ${why}.`,
      greeted,
    ),
  ];
}

function helloEdits(asked: Asked, answer: AnswerOf<'smtp.hello'>, { input }: Supposed): readonly Edit[] {
  if (asked.ask.type !== 'smtp.hello') return [];
  const phase = asked.key.endsWith(' tls') ? 'tls' : 'clear';
  const { verb } = asked.ask;
  const under = phase === 'tls' ? ' under TLS' : '';
  const place = placeOf(asked);
  const well = verb === 'HELO' ? reply(250) : helloReply(phase);
  if (answer.kind === 'lost')
    return [
      repair(
        asked,
        'answers',
        'network',
        `See that ${place} answers ${verb}${under}: ${lossInWords(answer.cause)}.`,
        () => ({
          kind: 'replied',
          reply: well,
        }),
      ),
    ];
  if (classOf(answer.reply) !== '2yz')
    return [
      repair(
        asked,
        'accepts',
        'recipient',
        `See that ${place} accepts ${verb}${under}; it says ${replyText(answer.reply)}.`,
        () => ({
          kind: 'replied',
          reply: well,
        }),
      ),
    ];
  if (verb === 'HELO') return [];
  const offered = keywordsOf(answer.reply);
  const limit = sizeLimitOf(offered);
  const missing = [
    ...(phase === 'clear' && !offered.has('STARTTLS') ? ['STARTTLS'] : []),
    ...(input.message.requireTls === 'yes' && phase === 'tls' && !offered.has('REQUIRETLS')
      ? ['REQUIRETLS']
      : []),
    ...(input.message.utf8 === 'needed' && !offered.has('SMTPUTF8') ? ['SMTPUTF8'] : []),
    ...(input.message.body === '8bit' && !offered.has('8BITMIME') ? ['8BITMIME'] : []),
    ...authMissing(input, phase, offered),
  ];
  const edits = missing.map((keyword) => {
    const doubt = keyword === 'STARTTLS' ? ', and that nothing on the way takes it out' : '';
    return repair(
      asked,
      keyword,
      'recipient',
      `See that ${place} offers ${keyword}${under}${doubt}.`,
      (before: AnswerOf<'smtp.hello'> | null) => withLine(before ?? answer, keyword),
    );
  });
  if (limit === null || limit >= input.message.sizeBytes) return edits;
  const size = input.message.sizeBytes;
  return [
    ...edits,
    repair(
      asked,
      'size',
      'recipient',
      `See that ${place} takes messages of ${size} octets; it takes ${limit}.`,
      (before: AnswerOf<'smtp.hello'> | null) => withoutSize(before ?? answer),
    ),
    editOfAnswers(
      {
        ...{ key: `${asked.key} smaller`, by: 'sender', kind: 'repair' },
        says: `Send the message in at most ${limit} octets; it has ${size}.`,
      },
      { [asked.key]: (before: AnswerOf<'smtp.hello'> | null) => withoutSize(before ?? answer) },
    ),
  ];
}

/** What a relay would have to offer under TLS, to which we want to say who we are: one of the mechanisms that are allowed. */
function authMissing(
  { transport }: Supposed['input'],
  phase: 'clear' | 'tls',
  offered: ReturnType<typeof keywordsOf>,
): readonly string[] {
  const relay = transport?.transport;
  if (phase === 'clear' || relay?.kind !== 'relay' || relay.user === undefined) return [];
  const { mechanisms = DEFAULT_MECHANISMS } = relay;
  const session = relay.verify === 'none' ? 'unverified' : 'verified';
  if (chooseMechanism({ mechanisms }, offered, session).mechanism !== null) return [];
  return [`AUTH ${mechanisms.join(' ').toUpperCase()}`];
}

function withLine(answer: AnswerOf<'smtp.hello'>, line: string): AnswerOf<'smtp.hello'> {
  if (answer.kind === 'lost') return answer;
  return withLines(answer, [...linesWithout(answer, line.split(' ')[0]!), line]);
}

function withoutSize(answer: AnswerOf<'smtp.hello'>): AnswerOf<'smtp.hello'> {
  if (answer.kind === 'lost') return answer;
  return withLines(answer, linesWithout(answer, 'SIZE'));
}

type Replied = Extract<AnswerOf<'smtp.hello'>, { kind: 'replied' }>;

function withLines({ reply: said }: Replied, lines: readonly string[]): Replied {
  return { kind: 'replied', reply: reply(said.code, said.lines[0] ?? '', ...lines) };
}

/** The lines of the reply behind the greeting, but for those of that keyword. */
function linesWithout({ reply: said }: Replied, keyword: string): readonly string[] {
  const isOfIt = (line: string) => line.trim().split(/[ =]/)[0]!.toUpperCase() === keyword;
  return said.lines.slice(1).filter((line) => !isOfIt(line));
}

function startTlsEdits(asked: Asked, answer: AnswerOf<'smtp.starttls'>): readonly Edit[] {
  const ready = () => ({ kind: 'replied', reply: reply(220) });
  const place = placeOf(asked);
  switch (answer.kind) {
    case 'injected':
      return [
        repair(
          asked,
          'clean',
          'network',
          `Find out who sends octets behind the STARTTLS reply of ${place}, the path or the host, and stop it.`,
          ready,
        ),
      ];
    case 'lost':
      return [
        repair(
          asked,
          'answers',
          'network',
          `See that ${place} answers STARTTLS: ${lossInWords(answer.cause)}.`,
          ready,
        ),
      ];
    case 'replied':
      return codeOf(answer.reply) === 220
        ? []
        : [
            repair(
              asked,
              'accepts',
              'recipient',
              `See that ${place} accepts STARTTLS; it says ${replyText(answer.reply)}.`,
              ready,
            ),
          ];
  }
}

function handshakeEdits(asked: Asked, answer: AnswerOf<'tls.handshake'>): readonly Edit[] {
  if (answer.kind === 'established') return [];
  const isTheirs = answer.cause === 'alert' || answer.cause === 'protocol';
  const code = answer.code === '' ? answer.cause : answer.code;
  return [
    repair(
      asked,
      'established',
      isTheirs ? 'recipient' : 'network',
      `See that the TLS handshake with ${placeOf(asked)} succeeds, in TLS 1.2 or later: it failed (${code}).`,
      () => ({
        kind: 'established',
        protocol: 'TLSv1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
      }),
    ),
  ];
}

/** A relay is to know us: whether the password is wrong there or here, the operator is who finds out. */
function authEdits(asked: Asked, answer: AnswerOf<'smtp.auth'>): readonly Edit[] {
  const place = placeOf(asked);
  const known = () => ({ kind: 'replied', reply: reply(235), proof: 'shown' });
  if (answer.kind === 'lost') {
    const says = `See that ${place} answers AUTH: ${lossInWords(answer.cause)}.`;
    return [repair(asked, 'answers', 'network', says, known)];
  }
  if (answer.kind === 'failed') {
    const by = answer.cause === 'bad-proof' || answer.cause === 'bad-challenge' ? 'recipient' : 'operator';
    return [
      repair(asked, 'works', by, `See that AUTH with ${place} works: ${authCauseText(answer.cause)}.`, known),
    ];
  }
  if (classOf(answer.reply) !== '2yz') {
    const says = `See that ${place} accepts us; it says ${replyText(answer.reply)} to AUTH.`;
    return [repair(asked, 'accepts', 'operator', says, known)];
  }
  if (answer.proof === 'shown') return [];
  const says = `See that ${place} shows that it knows the password; it accepted ours without that.`;
  return [repair(asked, 'proves', 'recipient', says, known)];
}

const STAGES = ['MAIL', 'RCPT', 'DATA', 'the message'] as const;

/** The first stage that did not go well for the recipient, and what comes behind it if nobody got there. */
function sendEdits(asked: Asked, answer: AnswerOf<'smtp.send'>, recipient: string): readonly Edit[] {
  if (asked.ask.type !== 'smtp.send') return [];
  // Whoever was not named with the others hears what they hear: of the sender, or of the message.
  const at = asked.ask.recipients.indexOf(recipient);
  const replies = [answer.mail, answer.recipients[at] ?? null, answer.data, answer.end];
  const failing = replies.findIndex(
    (each, stage) => (stage !== 1 || at >= 0) && (each === null || !isGood(each, stage)),
  );
  if (failing < 0) return [];
  const said = replies[failing] ?? null;
  const place = placeOf(asked);
  const isForNobody = failing < 2 && !answer.recipients.some((each) => each !== null && isGood(each, 1));
  const accepted = (before: AnswerOf<'smtp.send'> | null, ask: AskOf<'smtp.send'>): AnswerOf<'smtp.send'> => {
    // Of several transactions with the host, those that name the same.
    const own = ask.recipients.indexOf(recipient);
    const known = before ?? answer;
    if (before !== null && own < 0 && at >= 0) return before;
    // What nobody said behind that is taken to be good; so is what was only said because nobody had been accepted.
    const isStray = known.data !== null && classOf(known.data) === '2yz';
    const data = isForNobody || isStray ? null : known.data;
    const end = isForNobody || isStray ? null : known.end;
    return {
      mail: failing === 0 ? reply(250) : known.mail,
      recipients: known.recipients.map((each, index) => (index === own && failing <= 1 ? reply(250) : each)),
      data: failing === 2 || data === null ? reply(354) : data,
      end: failing === 3 || end === null ? reply(250) : end,
      lost: null,
    };
  };
  const isOpen = answer.end === null || isForNobody;
  const rest = failing < 3 && isOpen ? [`${asked.host} takes the message.`] : [];
  const stage = STAGES[failing]!;
  if (said === null && answer.lost === 'aborted')
    return [
      editOfAnswers({ ...GO_ON, assumes: [`${asked.host} takes the message.`] }, { [asked.key]: accepted }),
    ];
  if (said === null) {
    const cause = answer.lost === null ? 'no reply was heard' : lossInWords(answer.lost as LostCause);
    return [
      editOfAnswers(
        {
          ...{ key: `${asked.key} heard`, by: 'network', kind: 'repair' },
          says: `See that the reply of ${place} to ${stage} arrives: ${cause}.`,
          assumes: [`${asked.host} takes the message.`],
        },
        { [asked.key]: accepted },
      ),
    ];
  }
  const isUnknown = failing === 1 && /^5\.1\.[0-3]$/.test(enhancedStatusOf(said) ?? '');
  return [
    editOfAnswers(
      {
        ...{ key: `${asked.key} ${stage}`, by: isUnknown ? 'sender' : 'recipient', kind: 'repair' },
        says: isUnknown
          ? `Correct the address: ${place} says ${replyText(said)}.`
          : `See that ${place} accepts ${stage}; it says ${replyText(said)}.`,
        assumes: rest,
      },
      { [asked.key]: accepted },
    ),
  ];
}

function isGood(each: Reply, stage: number): boolean {
  return stage === 2 ? codeOf(each) === 354 : classOf(each) === '2yz';
}
