/*
 * Runs under the newer Node of this folder: reads questions as JSON from its standard input, asks mailauth, and writes the
 * answers in the same order.
 */
import { Resolver } from 'node:dns/promises';
import { text } from 'node:stream/consumers';
import mtaSts from 'mailauth/lib/mta-sts.js';

const strict = true;

async function answer(question) {
  try {
    switch (question.kind) {
      case 'record':
        return readRecord(
          await mtaSts.resolvePolicy('a.example', {
            strict,
            resolver: async () => question.texts.map((each) => [each]),
          }),
        );
      case 'policy':
        return readPolicy(mtaSts.parsePolicy(question.text, { strict }));
      case 'listed':
        return {
          kind: mtaSts.validateMx(question.host, { mode: 'enforce', mx: question.mx }).valid
            ? 'listed'
            : 'not-listed',
        };
      case 'domain':
        return await lookUp(question);
    }
  } catch (error) {
    return { kind: 'refused', code: error.code ?? error.message };
  }
}

async function lookUp({ domain, known, server }) {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([server]);
  const ask = (name, type) => resolver.resolve(name, type);
  const { policy, status } = await mtaSts.getPolicy(domain, known ?? undefined, {
    strict,
    resolver: ask,
    timeout: 5000,
  });
  return { ...readPolicy(policy), id: policy.id || null, status, code: policy.error?.code ?? null };
}

function readRecord(id) {
  return id === false ? { kind: 'refused', code: 'no-record' } : { kind: 'record', id };
}

function readPolicy({ mode, mx, maxAge }) {
  return { kind: 'policy', mode, mx: mx ?? [], maxAgeSeconds: maxAge ?? null };
}

const questions = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await Promise.all(questions.map(answer))));
