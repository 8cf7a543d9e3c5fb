/* A resolver in a process of its own that gives every question the same answer at once: what is measured is the stub. */
import { createSocket } from 'node:dgram';
import dnsPacket from 'dns-packet';

const server = createSocket('udp4');
server.on('message', (octets, from) => {
  const query = dnsPacket.decode(octets);
  const [question] = query.questions ?? [];
  if (question === undefined) return;
  const answer = dnsPacket.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | dnsPacket.AUTHENTIC_DATA,
    questions: [question],
    answers: [{ type: 'TXT', name: question.name, ttl: 300, data: 'v=STSv1; id=20260101000000;' }],
  });
  server.send(answer, from.port, from.address);
});
server.bind(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit());
