/* The receiving side of the deliveries over loopback, in a process of its own: a small internet until the parent goes. */
import { startInternet, type World } from '../src/testing/index.js';

/** What the parent is told. */
export interface Place {
  readonly resolver: { readonly address: string; readonly port: number };
  readonly port: number;
  readonly httpsPort: number;
  readonly caPem: string;
  readonly address: string;
}

/** What the parent asks for. */
export interface Wanted {
  readonly world: World;
  readonly host: string;
  /** Default: one that is free. */
  readonly resolverPort?: number;
}

process.once('message', async ({ world, host, ...ports }: Wanted) => {
  const internet = await startInternet(world, ports);
  const { resolver, port, httpsPort, caPem } = internet;
  const place: Place = { resolver, port, httpsPort, caPem, address: internet.addressOf(host) };
  process.send!(place);
});
process.once('disconnect', () => process.exit(0));
