/*
 * So many sessions with one server at once, and so many a minute, whatever domains it serves: who comes too late waits in line, or goes
 * back where others could go on in his place (table `host-room`). Neither says anything about the server, so it is no answer of one.
 */
import type { AnswerOf, AskOf } from '../effects/catalog.js';
import { keepNewest } from '../effects/keep-newest.js';
import type { Adapters, MessageSource, SessionSeeker, SmtpSession } from '../effects/ports.js';
import { type Crowd, comesBackAt, judgeRoom } from '../policy/queue/crowd.js';
import { drawFrom, NODE_PLATFORM, type QueuePlatform } from '../services/queue/platform.js';
import { aborted } from './aborted.js';

/** Servers of which slots are kept while nobody has one, and those who were served or sent back at one. */
const SERVERS_MAX = 10_000;
const NAMES_MAX = 1_000;

export interface HostBounds {
  /** Open with one address and port at a time, at most. */
  readonly sessionsMax: number;
  /** How long after one session the next may begin, in milliseconds. Default: at once. */
  readonly sessionEveryMs?: number;
  /** How many attempts may be under way, with those who wait in line. Default: no bound. */
  readonly placesMax?: number;
}

type Platform = Pick<QueuePlatform, 'elapsed' | 'wait' | 'octets'>;

/** Sessions that keep to such bounds. */
export function perHost(
  open: Adapters['smtp.session'],
  bounds: HostBounds,
  platform: Platform = NODE_PLATFORM,
): Adapters['smtp.session'] {
  const servers = new Map<string, Server>();
  const lines = { waiting: 0 };
  const serverAt = (address: string) => {
    const known = servers.get(address) ?? new Server(address, bounds, lines, platform);
    keepNewest(servers, address, known, SERVERS_MAX);
    return known;
  };
  return (seeker) => new LimitedSession(open(seeker), serverAt, seeker);
}

type Release = () => void;

interface Waiting {
  readonly seeker: SessionSeeker | undefined;
  readonly begin: () => void;
}

/** When somebody began a session last, and when he comes again. */
interface Known {
  readonly servedAt: number;
  readonly backAt: number;
}
const UNKNOWN: Known = { servedAt: Number.NEGATIVE_INFINITY, backAt: Number.NEGATIVE_INFINITY };

/** A session more weighs so much in the mean of the gaps between them. */
const NEWEST = 0.2;
/** How often a line is looked over, in milliseconds. */
const LOOK_OVER_MS = 1_000;

class Server {
  readonly #address: string;
  readonly #bounds: HostBounds;
  readonly #everyMs: number;
  /** Those who wait in all lines. */
  readonly #lines: { waiting: number };
  readonly #platform: Platform;
  readonly #line: Waiting[] = [];
  readonly #names = new Map<string, Known>();
  #open = 0;
  #nextAt = Number.NEGATIVE_INFINITY;
  #backAt = Number.NEGATIVE_INFINITY;
  /** Between sessions for which somebody waited, and since when the next is waited for. */
  #gapMs = 0;
  #since = 0;
  #isPaced = false;
  /** What ends the watch over the line; null: nobody is in it. */
  #watch: AbortController | null = null;

  constructor(address: string, bounds: HostBounds, lines: { waiting: number }, platform: Platform) {
    this.#address = address;
    this.#bounds = bounds;
    this.#everyMs = bounds.sessionEveryMs ?? 0;
    this.#lines = lines;
    this.#platform = platform;
  }

  /** Resolves to what ends the session, or to null once the signal aborts, as it does where the seeker was sent back. Never rejects. */
  async take(seeker: SessionSeeker | undefined, signal: AbortSignal): Promise<Release | null> {
    if (signal.aborted) return null;
    if (this.#line.length === 0 && this.#open < this.#bounds.sessionsMax && this.#dueInMs() <= 0) {
      this.#measure(0);
      return this.#begin(seeker);
    }
    if (seeker !== undefined && !this.#hasPlaceFor(seeker)) {
      await aborted(signal);
      return null;
    }
    return new Promise((resolve) => {
      const leave = () => {
        this.#remove(waiting);
        resolve(null);
      };
      const waiting: Waiting = {
        seeker,
        begin: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#begin(seeker));
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#join(waiting);
    });
  }

  /** Where there is none, somebody is sent back: who was served longer ago than another in line has his place. */
  #hasPlaceFor(seeker: SessionSeeker): boolean {
    const decision = this.#judge(this.#line.length + 1, this.#lines.waiting, seeker);
    if (decision.verdict === 'wait') return true;
    const who = this.#servedLast(seeker);
    this.#sendBack(who, decision);
    return who !== seeker;
  }

  #servedLast(seeker: SessionSeeker): SessionSeeker {
    if (seeker.dialled === 'something') return seeker;
    return this.#line.reduce((last, { seeker: own }) => {
      if (own?.dialled !== 'nothing') return last;
      return this.#known(own).servedAt > this.#known(last).servedAt ? own : last;
    }, seeker);
  }

  #judge(place: number, waiting: number, { dialled }: SessionSeeker): Crowd['decision'] {
    const { sessionsMax: room, placesMax = Number.POSITIVE_INFINITY } = this.#bounds;
    return judgeRoom({ place, room, gapMs: this.#gap(), dialled, waiting, placesMax });
  }

  /** Where nobody has begun for longer than usual, it is at least so long. */
  #gap(): number {
    const soFar = this.#line.length === 0 ? 0 : this.#platform.elapsed() - this.#since;
    return Math.max(this.#everyMs, this.#gapMs, soFar);
  }

  #measure(gapMs: number): void {
    this.#gapMs += NEWEST * (gapMs - this.#gapMs);
  }

  #known({ name }: SessionSeeker): Known {
    return this.#names.get(name) ?? UNKNOWN;
  }

  /** Who comes for the same is sent back until the same time. */
  #sendBack(seeker: SessionSeeker, decision: Crowd['decision']): void {
    const now = this.#platform.elapsed();
    const known = this.#known(seeker);
    let { backAt } = known;
    if (backAt <= now) {
      const gapMs = this.#gap();
      backAt = comesBackAt({ lastAt: this.#backAt, gapMs, now, draw: drawFrom(this.#platform) });
      this.#backAt = Math.max(this.#backAt, backAt);
      keepNewest(this.#names, seeker.name, { ...known, backAt }, NAMES_MAX);
    }
    seeker.onCrowded({
      ...{ server: this.#address, sessionsOpen: this.#open, waiting: this.#line.length },
      ...{ againInMs: Math.ceil(backAt - now), decision },
    });
  }

  #begin(seeker: SessionSeeker | undefined): Release {
    const now = this.#platform.elapsed();
    this.#open += 1;
    this.#nextAt = Math.max(now, this.#nextAt) + this.#everyMs;
    if (seeker !== undefined)
      keepNewest(this.#names, seeker.name, { ...this.#known(seeker), servedAt: now }, NAMES_MAX);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#open -= 1;
      this.#advance();
    };
  }

  #join(waiting: Waiting): void {
    if (this.#line.length === 0) this.#since = this.#platform.elapsed();
    this.#line.push(waiting);
    this.#lines.waiting += 1;
    if (waiting.seeker !== undefined) this.#watchLine();
    this.#advance();
  }

  #remove(waiting: Waiting): void {
    const at = this.#line.indexOf(waiting);
    if (at < 0) return;
    this.#line.splice(at, 1);
    this.#lines.waiting -= 1;
    if (this.#line.length > 0) return;
    this.#watch?.abort('nobody waits');
    this.#watch = null;
  }

  #dueInMs(): number {
    return this.#nextAt - this.#platform.elapsed();
  }

  /** Lets in whoever may begin now, in the order of the line. */
  #advance(): void {
    while (this.#line.length > 0 && this.#open < this.#bounds.sessionsMax) {
      const ms = this.#dueInMs();
      if (ms > 0) {
        this.#pace(ms);
        return;
      }
      this.#admit();
    }
  }

  #admit(): void {
    const first = this.#line[0];
    if (first === undefined || this.#open >= this.#bounds.sessionsMax) return;
    const now = this.#platform.elapsed();
    this.#measure(now - this.#since);
    this.#since = now;
    this.#remove(first);
    first.begin();
  }

  #pace(ms: number): void {
    if (this.#isPaced) return;
    this.#isPaced = true;
    const { signal } = new AbortController();
    void this.#platform.wait(ms, signal).then(() => {
      this.#isPaced = false;
      this.#admit();
      this.#advance();
    });
  }

  /** Who is in line already has come into one that is slower than it was, so that it is looked over while somebody waits. */
  #watchLine(): void {
    if (this.#watch !== null) return;
    const watch = new AbortController();
    this.#watch = watch;
    void (async () => {
      while (!watch.signal.aborted) {
        await this.#platform.wait(LOOK_OVER_MS, watch.signal);
        for (let at = this.#line.length - 1; at >= 0; at--) this.#lookAt(at);
      }
    })();
  }

  #lookAt(at: number): void {
    const seeker = this.#line[at]?.seeker;
    if (seeker === undefined) return;
    const decision = this.#judge(at + 1, this.#lines.waiting - 1, seeker);
    if (decision.verdict === 'go-back') this.#sendBack(seeker, decision);
  }
}

class LimitedSession implements SmtpSession {
  readonly #inner: SmtpSession;
  readonly #serverAt: (address: string) => Server;
  readonly #seeker: SessionSeeker | undefined;
  #release: () => void = () => undefined;

  constructor(inner: SmtpSession, serverAt: (address: string) => Server, seeker: SessionSeeker | undefined) {
    this.#inner = inner;
    this.#serverAt = serverAt;
    this.#seeker = seeker;
  }

  async connect(ask: AskOf<'smtp.connect'>, signal: AbortSignal): Promise<AnswerOf<'smtp.connect'>> {
    this.#release();
    const release = await this.#serverAt(`${ask.address} ${ask.port}`).take(this.#seeker, signal);
    // Nobody looks at what is answered to a question that was broken off.
    if (release === null) return { kind: 'failed', cause: 'timeout' };
    this.#release = release;
    const answer = await this.#inner.connect(ask, signal);
    if (answer.kind === 'failed') this.#release();
    return answer;
  }

  hello(ask: AskOf<'smtp.hello'>, signal: AbortSignal): Promise<AnswerOf<'smtp.hello'>> {
    return this.#inner.hello(ask, signal);
  }

  greeting(ask: AskOf<'smtp.greeting'>, signal: AbortSignal): Promise<AnswerOf<'smtp.greeting'>> {
    return this.#inner.greeting(ask, signal);
  }

  auth(ask: AskOf<'smtp.auth'>, signal: AbortSignal): Promise<AnswerOf<'smtp.auth'>> {
    return this.#inner.auth(ask, signal);
  }

  startTls(ask: AskOf<'smtp.starttls'>, signal: AbortSignal): Promise<AnswerOf<'smtp.starttls'>> {
    return this.#inner.startTls(ask, signal);
  }

  handshake(ask: AskOf<'tls.handshake'>, signal: AbortSignal): Promise<AnswerOf<'tls.handshake'>> {
    return this.#inner.handshake(ask, signal);
  }

  inspect(ask: AskOf<'peer.inspect'>, signal: AbortSignal): Promise<AnswerOf<'peer.inspect'>> {
    return this.#inner.inspect(ask, signal);
  }

  send(ask: AskOf<'smtp.send'>, message: MessageSource, signal: AbortSignal): Promise<AnswerOf<'smtp.send'>> {
    return this.#inner.send(ask, message, signal);
  }

  async quit(ask: AskOf<'smtp.quit'>, signal: AbortSignal): Promise<AnswerOf<'smtp.quit'>> {
    const answer = await this.#inner.quit(ask, signal);
    this.#release();
    return answer;
  }

  destroy(): void {
    this.#inner.destroy();
    this.#release();
  }
}
