/*
 * As much of a MongoDB server as ZoneMTA's driver asks of one: OP_MSG and the first OP_QUERY, documents in memory. It is no judge
 * of anything; MongoDB itself is not to be had from Debian. Nothing of ZoneMTA is replaced.
 */
import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';

type Value = unknown;
type Doc = Record<string, Value>;
interface Bson {
  serialize(document: Doc): Buffer;
  deserialize(octets: Buffer): Doc;
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

export interface MongoStandIn {
  readonly port: number;
  close(): Promise<void>;
}

/** `packages`: where the driver's own `bson` is found. */
export async function startMongoStandIn(packages: string): Promise<MongoStandIn> {
  const bson = createRequire(`${packages}/`)('bson') as Bson;
  const collections = new Map<string, Doc[]>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 16 && pending.length >= pending.readInt32LE(0)) {
        const message = pending.subarray(0, pending.readInt32LE(0));
        pending = pending.subarray(message.length);
        const { command, reply } = read(message, bson);
        let answer: Doc;
        try {
          answer = { ok: 1, ...run(command, collections) };
        } catch (error) {
          answer = { ok: 0, code: 59, errmsg: String(error) };
        }
        socket.write(reply(answer));
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as { readonly port: number }).port,
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}

/** A message of the wire protocol, and how it is answered. */
function read(message: Buffer, bson: Bson) {
  const [, id, , code] = [0, 4, 8, 12].map((at) => message.readInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  const wrap = (kind: number, body: Buffer) => {
    const head = Buffer.alloc(16);
    for (const [at, value] of [16 + body.length, 1, id, kind].entries()) head.writeInt32LE(value, at * 4);
    return Buffer.concat([head, body]);
  };
  if (code === OP_QUERY) {
    const from = message.indexOf(0, 20) + 9;
    return {
      command: bson.deserialize(message.subarray(from, from + message.readInt32LE(from))),
      reply: (answer: Doc) => {
        const flags = Buffer.alloc(20);
        flags.writeInt32LE(1, 16);
        return wrap(OP_REPLY, Buffer.concat([flags, bson.serialize(answer)]));
      },
    };
  }
  if (code !== OP_MSG) throw new Error(`opcode ${code} is not known here`);
  const command: Doc = {};
  for (let at = 20; at < message.length; ) {
    const kind = message[at++];
    const size = message.readInt32LE(at);
    if (kind === 0) Object.assign(command, bson.deserialize(message.subarray(at, at + size)));
    else {
      const end = message.indexOf(0, at + 4);
      const documents: Doc[] = [];
      for (let from = end + 1; from < at + size; from += message.readInt32LE(from))
        documents.push(bson.deserialize(message.subarray(from, from + message.readInt32LE(from))));
      command[message.toString('utf8', at + 4, end)] = documents;
    }
    at += size;
  }
  return {
    command,
    reply: (answer: Doc) => wrap(OP_MSG, Buffer.concat([Buffer.alloc(5), bson.serialize(answer)])),
  };
}

function run(command: Doc, collections: Map<string, Doc[]>): Doc {
  const [name = '', target] = Object.entries(command)[0] ?? [];
  const key = `${String(command.$db)}.${String(target)}`;
  const documents = collections.get(key) ?? [];
  collections.set(key, documents);
  const list = (of: string) => (command[of] ?? []) as readonly Doc[];
  const cursor = (firstBatch: readonly Doc[]) => ({ cursor: { id: 0, ns: key, firstBatch } });
  switch (name.toLowerCase()) {
    case 'hello':
    case 'ismaster':
      return {
        ...{ ismaster: true, isWritablePrimary: true, helloOk: true, readOnly: false },
        ...{ maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
        ...{ localTime: new Date(), minWireVersion: 0, maxWireVersion: 13, logicalSessionTimeoutMinutes: 30 },
      };
    case 'ping':
    case 'endsessions':
    case 'createindexes':
      return {};
    case 'listindexes':
      return cursor([]);
    case 'insert':
      documents.push(...list('documents'));
      return { n: list('documents').length };
    case 'find': {
      const found = sorted(documents.filter(matching(command.filter)), command.sort);
      const limit = Math.abs(Number(command.limit ?? 0));
      return cursor(limit === 0 ? found : found.slice(0, limit));
    }
    case 'aggregate': {
      const match = list('pipeline').find((stage) => '$match' in stage)?.$match;
      const n = documents.filter(matching(match)).length;
      return cursor(n === 0 ? [] : [{ _id: 1, n }]);
    }
    case 'count':
      return { n: documents.filter(matching(command.query)).length };
    case 'distinct':
      return {
        values: [
          ...new Set(documents.filter(matching(command.query)).map((each) => each[String(command.key)])),
        ],
      };
    case 'update': {
      let n = 0;
      for (const { q, u, multi } of list('updates')) {
        const found = documents.filter(matching(q));
        for (const each of multi === true ? found : found.slice(0, 1)) {
          change(each, u as Doc);
          n += 1;
        }
      }
      return { n, nModified: n };
    }
    case 'delete': {
      const before = documents.length;
      for (const { q, limit } of list('deletes'))
        for (const each of documents.filter(matching(q)).slice(0, Number(limit) || documents.length))
          documents.splice(documents.indexOf(each), 1);
      return { n: before - documents.length };
    }
    case 'findandmodify': {
      const [found] = sorted(documents.filter(matching(command.query)), command.sort);
      if (found === undefined) return { value: null, lastErrorObject: { n: 0, updatedExisting: false } };
      const before = structuredClone(found);
      if (command.remove === true) documents.splice(documents.indexOf(found), 1);
      else change(found, command.update as Doc);
      return {
        value: command.new === true ? found : { ...found, ...before, _id: found._id },
        lastErrorObject: { n: 1, updatedExisting: true },
      };
    }
    default:
      throw new Error(`no such command: ${name}`);
  }
}

const OPERATORS: Readonly<Record<string, (is: Value, than: Value) => boolean>> = {
  $lte: (is, than) => rank(is) <= rank(than),
  $lt: (is, than) => rank(is) < rank(than),
  $gte: (is, than) => rank(is) >= rank(than),
  $gt: (is, than) => rank(is) > rank(than),
  $in: (is, than) => (than as readonly Value[]).some((each) => same(is, each)),
  $nin: (is, than) => !(than as readonly Value[]).some((each) => same(is, each)),
  $ne: (is, than) => !same(is, than),
  $exists: (is, than) => (is !== undefined) === than,
};

function matching(query: Value): (document: Doc) => boolean {
  const wanted = Object.entries((query ?? {}) as Doc);
  return (document) =>
    wanted.every(([path, than]) => {
      if (path === '$or') return (than as readonly Value[]).some((each) => matching(each)(document));
      const is = path.split('.').reduce<Value>((at, step) => (at as Doc | undefined)?.[step], document);
      const operators = Object.entries((than ?? {}) as Doc).filter(([name]) => name.startsWith('$'));
      if (operators.length === 0) return same(is, than);
      return operators.every(([name, value]) => {
        const operator = OPERATORS[name];
        if (operator === undefined) throw new Error(`no such operator: ${name}`);
        return operator(is, value);
      });
    });
}

/** Numbers, times and ids in their order, across the numbers that BSON has. */
function rank(value: Value): number | string {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value : String(value);
}

function same(one: Value, other: Value): boolean {
  return one === other || (one != null && other != null && rank(one) === rank(other));
}

function sorted(documents: readonly Doc[], by: Value): readonly Doc[] {
  const fields = Object.entries((by ?? {}) as Record<string, number>);
  return [...documents].sort((a, b) => {
    for (const [field, way] of fields) {
      const [x, y] = [rank(a[field]), rank(b[field])];
      if (x !== y) return x < y ? -way : way;
    }
    return 0;
  });
}

function change(document: Doc, update: Doc): void {
  for (const [operator, fields] of Object.entries(update))
    for (const [path, value] of Object.entries(fields as Doc)) {
      const steps = path.split('.');
      const last = steps.pop()!;
      const at = steps.reduce<Doc>((inner, step) => {
        inner[step] ??= {};
        return inner[step] as Doc;
      }, document);
      if (operator === '$set') at[last] = value;
      else if (operator === '$unset') delete at[last];
      else if (operator === '$inc') at[last] = Number(at[last] ?? 0) + Number(value);
      else if (operator === '$mul') at[last] = Number(at[last] ?? 0) * Number(value);
      else throw new Error(`no such operator: ${operator}`);
    }
}
