/*
 * Haraka keeps its queue, its retries and its notices; the attempt is made here. The hook `send_email` is taken over whole: it is
 * never handed on, because Haraka would then deliver the message itself, with no policy.
 *
 * Haraka gives a hook half a minute and then goes on without it. A timeout of 0 switches that off, and is copied when the hook is
 * registered, so it is set before.
 */

import { errorText } from '../../effects/error-text.js';
import type { DeliveryResult, Engine } from '../../engine/engine.js';
import { happenedIn } from '../../engine/happened-in.js';
import { MessageReader } from '../../engine/message-reader.js';
import { withAddresses } from '../../engine/read-message.js';
import { withoutDotStuffing } from '../../engine/without-dot-stuffing.js';
import { enginePerConfig, type Origin, type PluginEngine } from '../plugin-config.js';
import type { HarakaConnection, HarakaMail, HarakaPlugin } from './haraka.js';
import { giveBack, waitAll } from './outcomes.js';

/** Servers that take their time over every answer would hold one of Haraka's places for weeks. */
const ATTEMPT_MS_MAX = 3_600_000;

interface State {
  /** Made at the first attempt: the process that only starts others registers, too. */
  made: PluginEngine | null;
  readonly attempts: Set<Promise<void>>;
  readonly stop: AbortController;
}

const states = new WeakMap<object, State>();

/** Called by Haraka, with the plugin as `this`. */
export function register(this: HarakaPlugin): void {
  this.timeout = 0;
  states.set(this, { made: null, attempts: new Set(), stop: new AbortController() });
  this.register_hook('send_email', 'send');
}

/** The hook `send_email`. Ends with exactly one outcome for each recipient. */
export function send(this: HarakaPlugin, _next: unknown, mail: HarakaMail): void {
  const state = stateOf(this);
  const attempt = attemptMail(this, state, mail).finally(() => state.attempts.delete(attempt));
  state.attempts.add(attempt);
}

/** Called by Haraka when it ends: stops what is under way, which is tried again, and closes what is kept. */
export async function shutdown(this: HarakaPlugin): Promise<void> {
  const state = stateOf(this);
  state.stop.abort();
  await Promise.allSettled(state.attempts);
  await state.made?.close();
}

/** Offers REQUIRETLS under TLS where `requiretls` is switched on (RFC 8689, Section 4.1). */
export function hook_capabilities(this: HarakaPlugin, next: () => void, connection: HarakaConnection): void {
  if (takesRequireTls(this, connection)) connection.capabilities.push('REQUIRETLS');
  next();
}

/** Keeps the parameter of MAIL with the message. */
export function hook_mail(
  this: HarakaPlugin,
  next: () => void,
  connection: HarakaConnection,
  [, parameters]: readonly [unknown, Readonly<Record<string, unknown>> | undefined],
): void {
  const isAsked = Object.keys(parameters ?? {}).some((name) => name.toUpperCase() === 'REQUIRETLS');
  if (isAsked && connection.transaction !== undefined && takesRequireTls(this, connection))
    connection.transaction.notes.waxseal_requiretls = true;
  next();
}

async function attemptMail(plugin: HarakaPlugin, state: State, mail: HarakaMail): Promise<void> {
  let delivery: DeliveryResult;
  try {
    state.made ??= enginePerConfig(configOf(plugin), plugin.config.get('me'));
    delivery = await deliver(state.made.from(originOf(mail)), mail, state.stop.signal);
  } catch (error) {
    const reason = errorText(error);
    plugin.logcrit(`waxseal cannot attempt ${mail.todo.uuid}: ${reason}`);
    waitAll(mail, reason);
    return;
  }
  const happened = happenedIn(delivery);
  delivery.results.forEach(({ recipient, outcome, status, mx, authentication, because }, at) => {
    const met = happened[at]!.toOperator;
    plugin.loginfo(
      `${mail.todo.uuid} <${recipient}> ${outcome} ${status} ${mx ?? mail.todo.domain} ${authentication} ${because?.row ?? ''}${met === null ? '' : ` ${met}`}`,
    );
  });
  mail.notes.waxseal_dialled = delivery.dialled;
  giveBack(
    mail,
    delivery.results.map((report, at) => ({ ...report, happened: happened[at]!.toStrangers })),
  );
}

async function deliver(
  engine: Pick<Engine, 'deliver'>,
  mail: HarakaMail,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const from = mail.todo.mail_from.address;
  const to = mail.todo.rcpt_to.map(({ address }) => address);
  const content = () => withoutDotStuffing(mail.data_stream());
  const reader = new MessageReader();
  for await (const octets of content()) reader.push(octets);
  return engine.deliver(
    {
      from,
      to,
      content,
      facts: {
        ...withAddresses(reader.facts(), [from, ...to]),
        requireTls: mail.todo.notes.waxseal_requiretls === true ? 'yes' : 'no',
        report: 'none',
      },
    },
    {
      ...{ attempt: mail.num_failures + 1, dialled: mail.notes.waxseal_dialled ?? {} },
      ...{ deadlineMs: ATTEMPT_MS_MAX, signal },
    },
  );
}

function originOf({ todo }: HarakaMail): Origin {
  const { outbound_ip: localAddress, outbound_helo: helo } = todo.notes;
  return { localAddress, helo };
}

function configOf(plugin: HarakaPlugin) {
  return plugin.config.get('waxseal.ini', {}).main;
}

function takesRequireTls(plugin: HarakaPlugin, { tls }: HarakaConnection): boolean {
  const { requiretls } = configOf(plugin);
  return tls?.enabled === true && /^(true|yes|on|1)$/i.test(String(requiretls ?? ''));
}

function stateOf(plugin: HarakaPlugin): State {
  const state = states.get(plugin);
  if (state === undefined) throw new TypeError('register was not called with this plugin');
  return state;
}
