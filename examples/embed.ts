import { type AttemptOptions, createNodeEngine, readMessage } from 'waxseal/node';

/** Made once for the process: an engine remembers MTA-STS policies. */
export function createSender(options: Parameters<typeof createNodeEngine>[0]) {
  const engine = createNodeEngine(options);
  return async (octets: Uint8Array, from: string, to: readonly string[], attempt: AttemptOptions = {}) => {
    const { content, facts } = readMessage(octets, [from, ...to]);
    const mail = { from, to, content, facts: { ...facts, requireTls: 'no', report: 'none' } } as const;
    const { results } = await engine.deliver(mail, attempt);
    return results;
  };
}
