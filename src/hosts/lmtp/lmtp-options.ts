import {
  AttemptStoreCodec,
  Clock,
  Count,
  FilledLine,
  Folder,
  TimeMs,
} from '../../effects/codecs/arguments.codec.js';
import { methods, strictObject } from '../../effects/codecs/strict-object.js';
import { callable, listOf, oneOf, Text } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { AttemptStore } from '../../effects/stores.js';
import type { Engine } from '../../engine/engine.js';
import type { RecipientReport } from '../../engine/recipient-report.js';
import { type DkimKey, DkimKeyCodec } from '../../services/dkim/index.js';
import type { OwnCertificate } from '../own-certificate.js';
import type { NoticeOptions } from './notices.js';

export interface LmtpOptions {
  readonly engine: Pick<Engine, 'deliver'>;
  /** Keeps what LMTP does not carry: of `memoryStores`, `sqliteStores` or `postgresStores`. */
  readonly attempts: AttemptStore;
  /** For STARTTLS; default: one that is made at start and vouches for itself. */
  readonly certificate?: OwnCertificate;
  /** `keep`, the default: REQUIRETLS is offered under TLS and kept. `off`: neither offered nor taken. */
  readonly requireTls?: 'keep' | 'off';
  /** Announces DSN, and tells senders of success where they ask for it (RFC 3461). Default: the client tells them. */
  readonly notices?: NoticeOptions;
  /** Messages attempted at once; default 50. Others are not read before their turn comes. */
  readonly concurrency?: number;
  /**
   * How long one attempt may take, in milliseconds; default 8 minutes. Clients give up after ten (RFC 5321, Section 4.5.3.2.6), and
   * what is delivered behind that is delivered again.
   */
  readonly deadlineMs?: number;
  /** How long a client may take to send one message, in milliseconds; default ten minutes. Then its connection is closed. */
  readonly messageMs?: number;
  /** Clients of one listener at once; default 2,000. Others are asked to come again. */
  readonly connectionsMax?: number;
  /** Octets of a message at most; default 50,000,000. */
  readonly messageOctetsMax?: number;
  /** Default 1000. */
  readonly recipientsMax?: number;
  /** Where messages above 256 KiB stay while they are attempted; default: the system's folder for such files. */
  readonly spoolDirectory?: string;
  /** The name in the greeting; default: this host's. */
  readonly name?: string;
  /** Milliseconds since 1970; default: the system's. */
  readonly clock?: () => number;
  /** Told what became of each recipient at which attempt, and what stood in the way, in a sentence; null: nothing that is known. */
  readonly onReport?: (report: RecipientReport, attempt: number, happened: string | null) => void;
  /** Told of what went wrong here: of faults, and of a store or a spool that fails. */
  readonly onFault?: (message: string) => void;
}

const CertificateCodec = strictObject<OwnCertificate>('{ cert, key }', { cert: Text, key: Text });

const KeysCodec = listOf('a list of keys', DkimKeyCodec);

const OptionsCodec = strictObject<LmtpOptions>(
  'an object with options',
  {
    engine: methods<LmtpOptions['engine']>('an engine', { deliver: true }),
    attempts: AttemptStoreCodec,
    certificate: CertificateCodec,
    requireTls: oneOf('keep', 'off'),
    notices: strictObject<NoticeOptions>(
      '{ postmaster, queue, dkimKeys }',
      {
        postmaster: FilledLine,
        dkimKeys: KeysCodec,
        queue: methods<NoticeOptions['queue']>('a queue', { enqueue: true }),
      },
      ['postmaster', 'queue'],
    ),
    concurrency: Count,
    deadlineMs: TimeMs,
    messageMs: TimeMs,
    connectionsMax: Count,
    messageOctetsMax: Count,
    recipientsMax: Count,
    spoolDirectory: Folder,
    name: FilledLine,
    clock: Clock,
    onReport: callable(),
    onFault: callable(),
  },
  ['engine', 'attempts'],
);

/** Throws a {@link MisuseError} for options that no server can be made with. */
export function checkLmtpOptions(options: LmtpOptions): void {
  checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
}

/** Throws a {@link MisuseError}. */
export function checkCertificate(certificate: OwnCertificate): void {
  checked(CertificateCodec, certificate, 'WAXSEAL_BAD_OPTIONS', 'certificate');
}

/** Throws a {@link MisuseError}. */
export function checkNoticeKeys(keys: readonly DkimKey[]): readonly DkimKey[] {
  return checked(KeysCodec, keys, 'WAXSEAL_BAD_OPTIONS', 'keys');
}
