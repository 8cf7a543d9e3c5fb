import type { Socket } from 'node:net';
import { having, methods } from '../../effects/codecs/strict-object.js';
import { Callable, Text } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import { happenedIn } from '../../engine/happened-in.js';
import { NotConnectedError } from '../../engine/plan/connect.js';
import type { NodeEngine, PlanFacts } from '../../node.js';
import { errorFor, errorForAll } from './outcome.js';

/** As Nodemailer's SMTP transports take it. */
export type SocketHandler = (
  options: { readonly host?: string | undefined },
  callback: (error: Error | null, socket?: { readonly connection: Socket }) => void,
) => void;

const OptionsCodec = having<Parameters<SocketHandler>[0]>('an object with options', { host: Text }, []);
const ConnectingCodec = methods<Pick<NodeEngine, 'connect'>>('an engine', { connect: true });

/**
 * For Nodemailer's own SMTP transports, `createTransport({ host, getSocket: judgedSocket(engine) })`: the connection is made and
 * judged here, and everything behind EHLO is Nodemailer's: authentication, pools, streams. `host` is a domain whose mail
 * hosts are meant, or one for which the engine's rules name a relay. A session is counted when it is handed over; what came of
 * the message is not known here. Throws a {@link MisuseError} for what is no engine, and the
 * handler for what are no options and no callback.
 */
export function judgedSocket(engine: Pick<NodeEngine, 'connect'>, facts: PlanFacts = {}): SocketHandler {
  checked(ConnectingCodec, engine, 'WAXSEAL_BAD_OPTIONS', 'engine');
  return (options, callback) => {
    checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
    checked(Callable, callback, 'WAXSEAL_BAD_OPTIONS', 'callback');
    const { host = 'localhost' } = options;
    connect(engine, host, facts).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error),
    );
  };
}

async function connect(engine: Pick<NodeEngine, 'connect'>, host: string, facts: PlanFacts) {
  try {
    const connection = await engine.connect(host, facts);
    await connection.finish();
    return connection.options();
  } catch (error) {
    if (!(error instanceof NotConnectedError)) throw error;
    // Whom the message is for is not known here, unless somebody said so.
    const happened = happenedIn(error.result);
    const errors = error.result.results.map((report, at) =>
      errorFor(report, happened[at]!.toOperator, facts.to === undefined ? 'mail' : undefined),
    );
    throw Object.assign(errorForAll(errors), { cause: error });
  }
}
