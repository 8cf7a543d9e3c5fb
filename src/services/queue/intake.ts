/*
 * How messages come into a queue: their octets are kept first, and then the rows that name them, many in one transaction; or both at once, where
 * they are kept in one place. Whoever only hands mail in, and delivers nothing, needs no more than this.
 */
import { Batches } from '../../effects/batches.js';
import { having } from '../../effects/codecs/strict-object.js';
import { callable, Finite } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { MessageSource } from '../../effects/ports.js';
import type { WholeMessage } from '../../effects/queue-stores.js';
import { parseEnvelope } from '../../engine/attempt-inputs.js';
import { checkMail } from '../../engine/check-arguments.js';
import { inPieces } from '../../engine/in-pieces.js';
import { MessageReader } from '../../engine/message-reader.js';
import { withAddresses } from '../../engine/read-message.js';
import type { QueuedMessage } from '../../policy/queue/message.js';
import { DEFAULT_RETRY } from '../../policy/queue/settings.js';
import { begin } from './begun.js';
import { checkIntakeOptions, checkMailToQueue } from './check-arguments.js';
import { digested, digestsOf } from './own-octets.js';
import { NODE_PLATFORM, type QueuePlatform } from './platform.js';
import type { Intake, IntakeOptions, MailToQueue } from './queue.js';
import { ORPHAN_MS } from './sweep.js';
import type { LaneOf } from './waiting-mail.js';

/** Messages in one transaction at most, and those of them that bring their octets along. */
const BATCH_MAX = 500;
const WHOLE_BATCH_MAX = 100;

/** The way into a queue. Throws a {@link MisuseError} for options that are none. */
export function createIntake(options: IntakeOptions): Intake {
  checkIntakeOptions(options);
  const { elapsed } = options.platform ?? NODE_PLATFORM;
  const { store, bodies, retry = DEFAULT_RETRY, clock = Date.now, toAscii = () => '', laneOf } = options;
  const rows = new Batches<QueuedMessage, void>(BATCH_MAX, async (messages) => {
    await store.accept(messages);
    return messages.map(() => undefined);
  });
  const whole = wholeBy(options);
  return {
    async enqueue(mail) {
      checkMailToQueue(mail);
      const queuedAt = clock();
      const id = mail.id ?? newId(queuedAt);
      const read = new MessageReader();
      const message = messageOf(mail, { id, queuedAt, toAscii, lifetimeEndsAt: queuedAt + retry.lifetimeMs });
      const rowOf = (sizeBytes: number, digests: ReturnType<typeof digestsOf>): QueuedMessage => {
        const facts = isKnown(mail.facts)
          ? mail.facts
          : withAddresses({ ...read.facts(), ...mail.facts }, [message.from, ...addressesOf(message)]);
        return { ...message, ...lanesOf(message, laneOf), facts: { ...facts, sizeBytes }, ...digests };
      };
      const content = isKnown(mail.facts) ? mail.content : readBy(read, mail.content);
      const { chunks, goOn } =
        whole === null ? { chunks: [], goOn: content } : await begin(content, whole.octetsMax);
      if (goOn === null) {
        const octets = Buffer.concat(chunks);
        await whole!.accepting.add({ message: rowOf(octets.length, digestsOf(octets)), octets });
        return id;
      }
      const own = digested(goOn);
      const sizeBytes = await bodies.keep(id, own.content);
      const row = rowOf(sizeBytes, own.digests());
      const keptAt = elapsed();
      // Where it fails, the row may stand all the same, its answer lost; octets that no row names are swept away.
      await rows.add(row);
      // A process that slept in between may come behind the sweep of octets that nobody names; then nobody is told that it is safe.
      if (elapsed() - keptAt > ORPHAN_MS / 2) throw new Error('it took too long to keep it');
      return id;
    },
  };
}

/** Null: octets and rows are kept in different places, or in one that cannot take both at once. */
function wholeBy({ store, bodies }: IntakeOptions) {
  if (store.whole === undefined || bodies.whole === undefined || store.whole.place !== bodies.whole.place)
    return null;
  const { accept } = store.whole;
  const accepting = new Batches<WholeMessage, void>(WHOLE_BATCH_MAX, async (messages) => {
    await accept(messages);
    return messages.map(() => undefined);
  });
  return { octetsMax: bodies.whole.octetsMax, accepting };
}

/** Where each domain's part waits, as far as routes have a say in it. */
function lanesOf(
  { from, account, transport, recipients }: Omit<QueuedMessage, 'facts'>,
  laneOf: LaneOf | undefined,
): Pick<QueuedMessage, 'lanes'> {
  if (laneOf === undefined) return {};
  const domains = [...new Set(recipients.map(({ domain }) => domain))];
  const about = { from, transport, ...(account === undefined ? {} : { account }), attempt: 1 };
  return { lanes: Object.fromEntries(domains.map((domain) => [domain, laneOf({ ...about, domain })])) };
}

const Platform = having<Pick<QueuePlatform, 'octets'>>('a platform', { octets: callable() });

/**
 * In order of time as long as clocks are, and not to be guessed. `now`: milliseconds since 1970. Throws a {@link MisuseError} for what is
 * no such number, and for a platform that has no octets to give.
 */
export function newId(now: number, platform: Pick<QueuePlatform, 'octets'> = NODE_PLATFORM): string {
  checked(Finite, now, 'WAXSEAL_BAD_OPTIONS', 'now');
  const { octets } = checked(Platform, platform, 'WAXSEAL_BAD_OPTIONS', 'platform');
  return `${now.toString(36).padStart(9, '0')}-${Buffer.from(octets(10)).toString('hex')}`;
}

function isKnown(facts: MailToQueue['facts']): facts is QueuedMessage['facts'] {
  return 'sizeBytes' in facts;
}

function addressesOf({ recipients }: Pick<QueuedMessage, 'recipients'>): readonly string[] {
  return recipients.map(({ address }) => address);
}

/** Looks at the octets as they pass. */
function readBy(reader: MessageReader, content: MessageSource): MessageSource {
  return async function* () {
    for await (const chunk of content()) {
      for (const piece of inPieces(chunk)) {
        reader.push(piece);
        yield piece;
      }
    }
  };
}

interface Stamp {
  readonly id: string;
  readonly queuedAt: number;
  readonly lifetimeEndsAt: number;
  readonly toAscii: (domain: string) => string;
}

function messageOf(mail: MailToQueue, { toAscii, ...stamp }: Stamp): Omit<QueuedMessage, 'facts'> {
  const recipients = mail.to.map((each) => (typeof each === 'string' ? { address: each } : each));
  const outbound = { from: mail.from, content: mail.content, to: recipients.map(({ address }) => address) };
  checkMail({ ...outbound, facts: isKnown(mail.facts) ? mail.facts : { ...NOTHING_KNOWN, ...mail.facts } });
  const { from, mailboxes } = parseEnvelope(outbound, toAscii);
  return {
    ...{ ...stamp, from },
    origin: mail.origin ?? (mail.facts.report === 'none' ? 'ordinary' : 'report'),
    ret: mail.ret ?? 'absent',
    envelopeId: mail.envelopeId ?? null,
    receivedFrom: mail.receivedFrom ?? null,
    ...(mail.account === undefined ? {} : { account: mail.account }),
    transport: mail.transport ?? null,
    recipients: mailboxes.map(({ address, destination }, at) => ({
      address,
      domain: destination.kind === 'domain' ? destination.name : `[${destination.address}]`,
      notify: recipients[at]!.notify ?? 'absent',
      original: recipients[at]!.original ?? null,
    })),
  };
}

const NOTHING_KNOWN = { tlsRequired: 'absent', sizeBytes: 0, body: '7bit', utf8: 'not-needed' } as const;
