import type { ConnectAnswer, HandshakeAnswer } from '../../../effects/catalog.js';
import type { LostCause } from '../../../policy/smtp/reply.js';

type ConnectCause = Extract<ConnectAnswer, { kind: 'failed' }>['cause'];
type HandshakeCause = Extract<HandshakeAnswer, { kind: 'failed' }>['cause'];

const CONNECT: Readonly<Record<string, ConnectCause>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
};

const LOST: Readonly<Record<string, LostCause>> = {
  ETIMEDOUT: 'timeout',
  EPIPE: 'closed',
  ERR_STREAM_DESTROYED: 'closed',
  ERR_STREAM_WRITE_AFTER_END: 'closed',
};

/** The code of a system, TLS or library error, or its message. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

export function connectCause(error: unknown): ConnectCause {
  const code = codeOf(error);
  return Object.hasOwn(CONNECT, code) ? CONNECT[code]! : 'other';
}

/** Why a connection that was open is lost. */
export function lostCause(error: unknown): LostCause {
  if (isAlert(error)) return 'tls-alert';
  const code = codeOf(error);
  if (isTls(code)) return 'malformed';
  return Object.hasOwn(LOST, code) ? LOST[code]! : 'reset';
}

export function handshakeCause(error: unknown): HandshakeCause {
  if (isAlert(error)) return 'alert';
  const code = codeOf(error);
  // Node calls an orderly end before the handshake is over ECONNRESET too, but names no system call.
  if (code === 'ECONNRESET') return isSystemError(error) ? 'reset' : 'closed';
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return 'closed';
  if (code === 'ETIMEDOUT') return 'timeout';
  return 'protocol';
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall !== undefined;
}

function isTls(code: string): boolean {
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO';
}

/** A fatal alert from the peer: OpenSSL names it in the code, or in the message where a write was what failed. */
function isAlert(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return codeOf(error).includes('_ALERT_') || error.message.includes('SSL alert number');
}
