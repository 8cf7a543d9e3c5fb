import { describe, expect, it } from 'vitest';
import { enginePerConfig } from './plugin-config.js';

describe('the configuration of a plugin', () => {
  it('makes an engine of texts, as files have them', async () => {
    const { from, close } = enginePerConfig({
      resolver: '127.0.0.1:53',
      port: '2525',
      helo: 'mx.example.org',
      trust_ad: 'true',
      deadline_ms: 1000,
      requiretls: true,
    });
    expect(from({ localAddress: undefined, helo: undefined }).deliver).toBeTypeOf('function');
    await close();
  });

  it('names what is misspelt, and what cannot be', () => {
    expect(() => enginePerConfig({ resolvr: '127.0.0.1' })).toThrow('there is no resolvr');
    expect(() => enginePerConfig({ resolver: 'nowhere at all' })).toThrow('resolver must be like');
    expect(() => enginePerConfig({ port: 'many' })).toThrow('port');
    expect(() => enginePerConfig({ database: 'mysql://x' })).toThrow('postgres://');
    expect(() => enginePerConfig({ state: '/tmp/x', database: 'postgres://x/x' })).toThrow(
      'state and database are two places for the same things; give one of them',
    );
    expect(() => enginePerConfig({ ca: '/nowhere/ca.pem' })).toThrow('/nowhere/ca.pem');
  });
});
