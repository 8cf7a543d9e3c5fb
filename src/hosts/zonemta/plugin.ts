/*
 * ZoneMTA keeps its queue, its zones and pools, its signatures, its retries and its notices; each attempt is the engine's. A sender
 * process is led to a server within itself (attempt-server.ts), and is told what to do with the outcome.
 *
 * Hooks are registered first and whatever can fail is made at the first delivery: a plugin that does not load is passed over by
 * ZoneMTA, which then delivers without any policy.
 */
import { errorText } from '../../effects/error-text.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import { enginePerConfig, type PluginConfig } from '../plugin-config.js';
import { type AttemptServer, startAttemptServer } from './attempt-server.js';
import { nameHost, nameOutcome } from './outcomes.js';
import type { ZoneConnection, ZoneDelivery, ZonePlugin } from './zonemta.js';

/** What is known of a delivery that is ours. */
interface Hand {
  connection: ZoneConnection | undefined;
  report: RecipientReport | null;
  isRefused: boolean;
}

export const title = 'Waxseal';

/** Called by ZoneMTA in each sender process. */
export async function init(app: ZonePlugin): Promise<void> {
  const hands = new WeakMap<ZoneDelivery, Hand>();
  const onFault = (message: string) => app.logger.error(title, 'a fault of ours: %s', message);
  let starting: Promise<AttemptServer> | null = null;
  const start = () => {
    starting ??= startServer(app, onFault);
    // The next delivery tries again: an operator may have mended it.
    starting.catch(() => {
      starting = null;
    });
    return starting;
  };

  app.addHook('sender:fetch', async (delivery) => {
    if (!isOurs(delivery, app.config.zones)) return;
    hands.set(delivery, { connection: undefined, report: null, isRefused: false });
    const { port } = await start().catch((error: unknown) => {
      onFault(errorText(error));
      throw new Error(`Waxseal cannot attempt it: ${errorText(error)}`);
    });
    delivery.useLMTP = true;
    delivery.skipSTS = true;
    delivery.mxSecure = false;
    delivery.mx = [{ priority: 0, exchange: delivery.domain, A: ['127.0.0.1'], AAAA: [] }];
    delivery.mxPort = port;
  });
  app.addHook('sender:connect', async (delivery, options) => {
    const hand = hands.get(delivery);
    if (hand === undefined) return;
    const server = await start();
    options.socket = await server.dial({
      delivery,
      onReport(report) {
        hand.report = report;
        nameHost(delivery, hand.connection, report);
      },
      onRefused() {
        hand.isRefused = true;
      },
    });
  });
  app.addHook('sender:connection', async (delivery, connection) => {
    const hand = hands.get(delivery);
    if (hand !== undefined) hand.connection = connection;
  });
  app.addHook('sender:headers', async (delivery) => {
    // The next delivery has a connection of its own.
    if (hands.has(delivery)) delivery.connectionKey = false;
  });
  app.addHook('sender:responseError', async (delivery, _, error) => {
    const hand = hands.get(delivery);
    if (hand === undefined) return;
    if (hand.report !== null) nameOutcome(error, hand.report);
    else error.action = hand.isRefused ? 'reject' : 'defer';
  });
}

async function startServer(app: ZonePlugin, onFault: (message: string) => void): Promise<AttemptServer> {
  const { enabled: _enabled, ordering: _ordering, zones: _zones, ...config } = app.config;
  return startAttemptServer(enginePerConfig(config as PluginConfig), onFault);
}

/** What goes elsewhere than to the mail hosts of a domain is none of ours: uploads, and what a route or another plugin sends to a relay. */
function isOurs({ http, mx, sendingZone }: ZoneDelivery, zones: unknown): boolean {
  if (http === true || mx !== undefined) return false;
  return zones === undefined || [zones].flat().includes(sendingZone);
}
