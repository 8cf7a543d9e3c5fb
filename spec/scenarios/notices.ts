/* What is asked for about notices, handed on or answered here (RFC 3461, Section 5.2). */
import type { MailHost, Step } from '../../src/adapters/scripted/index.js';
import { plainDomain, type Story, send, together, twoHosts } from './worlds.js';

const knows: MailHost = { keywords: ['8BITMIME', 'ENHANCEDSTATUSCODES', 'PIPELINING', 'DSN'] };
const knowsNot: MailHost = { keywords: ['8BITMIME', 'ENHANCEDSTATUSCODES', 'PIPELINING'] };
const delivered = { outcome: 'delivered', status: '2.x' } as const;

const ENVID = 'QQ314159+1 = a';
const ORIGINAL = 'rfc822;User+list@A.Example';
const asking = {
  dsn: {
    ret: 'headers',
    envelopeId: ENVID,
    recipients: [{ notify: ['success', 'failure'], original: ORIGINAL }],
  },
} as const satisfies Partial<Step['message']>;
const nothing = {
  ret: 'absent',
  envelopeId: null,
  recipients: [{ notify: 'absent', original: null }],
} as const;

export const notices: readonly Story[] = [
  {
    name: 'notices: the next host is told what was asked for, word by word',
    shows: ['DSN-3461-5.2.1-1', 'DSN-3461-4.3-1', 'DSN-3461-4.4-1', 'DSN-3461-4.1-1'],
    world: plainDomain(knows),
    steps: [
      send(
        {
          ...delivered,
          handedOn: 'passed-on',
          rows: ['HAND-1'],
          mailParameters: ['RET=HDRS', 'ENVID=QQ314159+2B1+20+3D+20a'],
          recipientParameters: ['NOTIFY=SUCCESS,FAILURE', 'ORCPT=rfc822;User+2Blist@A.Example'],
        },
        asking,
      ),
    ],
  },
  {
    name: 'notices: an address beyond ASCII goes along in its own encoding',
    shows: ['DSN-3461-4.2-1'],
    world: plainDomain(knows),
    steps: [
      send(
        {
          ...delivered,
          recipientParameters: ['NOTIFY=NEVER', 'ORCPT=utf-8;\\x{FC}ser@a.example'],
        },
        {
          dsn: {
            ret: 'absent',
            envelopeId: null,
            recipients: [{ notify: 'never', original: 'utf-8;\u00fcser@a.example' }],
          },
        },
      ),
    ],
  },
  {
    name: 'notices: a host that knows none of it is told nothing, and a notice of success is ours',
    shows: ['DSN-3461-5.2.2-1'],
    world: plainDomain(knowsNot),
    steps: [send({ ...delivered, handedOn: 'relayed', rows: ['HAND-2'], recipientParameters: [] }, asking)],
  },
  {
    name: 'notices: what nobody asked for is not added',
    shows: ['DSN-3461-5.2.1-1'],
    world: plainDomain(knows),
    steps: [
      send({ ...delivered, handedOn: null, rows: ['HAND-3'], recipientParameters: [] }, { dsn: nothing }),
      send({ ...delivered, handedOn: null, recipientParameters: [] }),
    ],
  },
  {
    name: 'notices: each recipient keeps his own wish, also at the second host',
    shows: ['DSN-3461-4.5-1'],
    world: together(twoHosts({ ...knows, replies: { rcpt: { 'a@a.example': '451 later' } } }, knowsNot)),
    steps: [
      send(
        [
          { ...delivered, handedOn: 'relayed', mx: 'mx2.a.example' },
          { ...delivered, handedOn: 'passed-on', recipientParameters: ['NOTIFY=NEVER'] },
        ],
        {
          to: ['a@a.example', 'b@a.example'],
          dsn: {
            ret: 'full',
            envelopeId: null,
            recipients: [
              { notify: ['success'], original: null },
              { notify: 'never', original: null },
            ],
          },
        },
      ),
    ],
  },
];
