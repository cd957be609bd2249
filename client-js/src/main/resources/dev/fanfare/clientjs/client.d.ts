// Types of client.js. SPDX-License-Identifier: Apache-2.0

/** Opaque: kept and handed back, never taken apart. */
export type Position = string;

/** Where a pattern's subscription stands: a position for each topic that was active, and the newest time seen. */
export interface PatternPosition {
  after: Record<string, Position>;
  since: string;
}

export type Status = "pending" | "processing" | "complete" | "failed" | "cancelled";
export type Durability = "none" | "memory" | "committed" | "fsynced" | "replicated";

interface Delivered {
  position: Position;
  /** What stands for everything up to its position. */
  snapshot?: true;
  /** How many events before this one were left out, because this one replaces them. */
  conflated?: number;
  /** On the first event after a gap: how many were lost, null when that cannot be known. */
  missed?: number | null;
}

export interface Event<M = unknown> extends Delivered {
  type: "event";
  topic: string;
  /** What the publisher called it. */
  event: string | null;
  message: M;
  published_at: string;
}

export interface JobUpdate<R = unknown> extends Delivered {
  type: "job";
  job_id: string;
  status: Status;
  /** 0 to 1, null when unknown. */
  progress: number | null;
  message: string | null;
  results: R | null;
  error: string | null;
  timestamp: string;
  attempt: number;
}

/** Events were lost to this subscription; it goes on behind them. Jobs have none: their snapshot stands for what was missed. */
export interface Gap {
  type: "gap";
  topic: string;
  cause: "truncated" | "epoch" | "rewound" | "slow" | "unknown_position";
  missed: number | null;
  from: Position;
  to: Position;
}

/** The last that comes of a topic or a job: `complete`, `failed`, `cancelled`, `dropped`, or the closer's own reason. */
export interface End {
  type: "end";
  topic?: string;
  job_id?: string;
  reason: string;
  position: Position;
}

/** Said of the connection, to all of its subscriptions. */
export interface Notice {
  type: "degraded" | "recovered" | "refused";
  code?: string;
}

/** The hub has agreed, also after each reconnect: nothing published from now on is missed. */
export interface Subscribed {
  type: "subscribed";
  position: Position;
}

interface Common {
  subscribed: Subscribed;
  end: End;
  /** The hub's store is away: what was published stays, what is new must wait. */
  degraded: Notice;
  recovered: Notice;
  /** The hub takes no more from this connection; it is tried again later. */
  refused: Notice;
  /** The subscription was refused for good. Without a listener it is thrown as an uncaught error. */
  error: FanfareError;
}

export interface TopicDeliveries<M = unknown> extends Common {
  event: Event<M>;
  gap: Gap;
}

export interface JobDeliveries<R = unknown> extends Common {
  update: JobUpdate<R>;
}

export type Listeners<D> = { [T in keyof D]?: (delivery: D[T]) => void };

export interface Subscription<D> {
  on<T extends keyof D>(type: T, listener: (delivery: D[T]) => void): this;
  /** To go on here later, with `{ from: position }`; undefined before the hub has answered. */
  readonly position: Position | PatternPosition | undefined;
  close(): void;
}

/** `live` for topics and `snapshot` for jobs, unless said otherwise. */
export type StartAt = "live" | "earliest" | "snapshot" | Position | PatternPosition;

interface Source<D, F> {
  readonly name: string;
  /** Subscribes; a function alone gets what was published, and sees a loss as `missed`. */
  subscribe(listeners?: Listeners<D> | F, options?: { from?: StartAt }): Subscription<D>;
  /** Subscribes with one listener; more can be chained. */
  on<T extends keyof D>(type: T, listener: (delivery: D[T]) => void): Subscription<D>;
}

export interface TopicState {
  topic: string;
  position: Position;
  state: string;
  reason: string | null;
  snapshot: Event | null;
  oldest: Position | null;
}

export interface Receipt {
  position: Position;
  durability: Durability;
  duplicate?: true;
}

export interface PublishOptions {
  event?: string;
  /** Published once per key. Made up when absent, so that what a cut left unanswered is sent again safely. */
  key?: string;
  /** This message becomes what late comers get. */
  snapshot?: boolean;
  /** May be left out for a reader that is behind when a later such event exists. */
  conflate?: boolean;
  /** The topic's last event; why it is over. */
  close?: string;
}

export interface Topic<M = unknown> extends Source<TopicDeliveries<M>, (event: Event<M>) => void> {
  /** Resolves once stored. Rejects with a FanfareError, `timeout` when there was no answer in 30 s. */
  publish(message: M, options?: PublishOptions): Promise<Receipt>;
  state(): Promise<TopicState | null>;
}

export type JobChange<R = unknown> = Partial<Pick<JobUpdate<R>, "status" | "progress" | "message" | "results" | "error" | "attempt">>;

export interface Job<R = unknown> extends Source<JobDeliveries<R>, (update: JobUpdate<R>) => void> {
  watch(listener: (update: JobUpdate<R>) => void): Subscription<JobDeliveries<R>>;
  /** Changes the fields given, once per key; makes the job if it is new. Resolves with its state. */
  update(change: JobChange<R>, options?: { key?: string }): Promise<JobUpdate<R>>;
  state(): Promise<JobUpdate<R> | null>;
}

/** `waiting` stands for cut, and trying again. */
export type ConnectionState = "idle" | "connecting" | "open" | "degraded" | "waiting" | "closed";

export interface Fanfare {
  readonly state: ConnectionState;
  on(type: "state", listener: (state: ConnectionState) => void): this;
  topic<M = unknown>(nameOrPattern: string): Topic<M>;
  job<R = unknown>(id: string): Job<R>;
  /** All jobs, or those whose ids match the pattern. */
  jobs<R = unknown>(pattern?: string): Job<R>;
  /** Ends everything that this page has with the app. */
  close(): void;
}

export interface ConnectOptions {
  /** `default` when absent. */
  app?: string;
  /** The hub; where this module was loaded from when absent. */
  url?: string | URL;
  /** Where there is no global one. */
  WebSocket?: new (url: string) => any;
}

/** Opens nothing yet: the first subscription or publish does. The same app and url give the same connection. */
export function connect(options?: ConnectOptions): Fanfare;

export class FanfareError extends Error {
  /** One of the protocol's codes, or `timeout`, `closed`. */
  readonly code: string;
  /** Of `job_ended`: the final state. */
  readonly state?: JobUpdate;
}

/** `<fanfare-progress job="…" app="…" url="…" label="…">` */
export interface FanfareProgressElement extends HTMLElement {
  show(update?: JobUpdate): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "fanfare-progress": FanfareProgressElement;
  }
}
