import type { Internet } from '../testing/index.js';

/** What leads a command into a small internet. `ca`: the file with its trust anchors. */
export function worldArguments(
  { resolver, port, httpsPort }: Pick<Internet, 'resolver' | 'port' | 'httpsPort'>,
  ca: string,
): readonly string[] {
  return [
    ...['--resolver', `${resolver.address}:${resolver.port}`, '--ca', ca],
    ...['--port', `${port}`, '--https-port', `${httpsPort}`, '--allow-loopback'],
  ];
}
