// A hub of the protocol's WebSocket, small enough to see through: logs in memory, positions, patterns, and the faults that tests ask for.
import { WebSocketServer } from "ws";

export class TestHub {
  static async start() {
    const hub = new TestHub();
    await hub.listen(0);
    return hub;
  }

  frames = []; // received from clients
  connections = 0;
  #logs = new Map();
  #sockets = new Set();
  #answers = [];
  #watchers = new Set();
  #epochs = 0;
  #time = Date.UTC(2026, 10, 21);
  isMute = false;

  async listen(port) {
    this.server = new WebSocketServer({ port, host: "127.0.0.1" });
    this.server.on("connection", (socket, request) => this.#connected(socket, request));
    await new Promise((done) => this.server.once("listening", done));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}/`;
  }

  /** Ends as a process that is killed: no goodbye. */
  async stop() {
    this.cut();
    await new Promise((done) => this.server.close(done));
  }

  /** Comes back with nothing of what it had. */
  async restart() {
    await this.stop();
    this.#logs.clear();
    await this.listen(this.port);
  }

  cut() {
    for (const { socket } of this.#sockets) socket.terminate();
    this.#sockets.clear();
  }

  publish(name, fields, { close, snapshot } = {}) {
    const log = this.#log(name), at = new Date((this.#time += 10)).toISOString();
    const subject = name.startsWith("$jobs/") ? { type: "job", job_id: name.slice(6) } : { type: "event", topic: name, event: null };
    const time = subject.type === "job" ? { timestamp: at } : { published_at: at };
    const delivery = { ...subject, ...fields, ...time, position: `${log.epoch}-${++log.head}-00000000` };
    log.events.push(delivery);
    log.changed = at;
    log.made ??= at;
    if (snapshot || subject.type === "job") log.snapshot = delivery;
    if (close) log.end = { ...subject, type: "end", event: undefined, reason: close, position: delivery.position };
    for (const reader of this.#readers(name)) {
      this.#send(reader, delivery);
      if (close) this.#send(reader, log.end);
    }
    return delivery;
  }

  update(id, fields) {
    const name = `$jobs/${id}`;
    const blank = { status: "processing", progress: null, message: null, results: null, error: null, attempt: 1 };
    const { type, job_id, position, timestamp, ...before } = this.#logs.get(name)?.snapshot ?? blank;
    const state = { ...before, ...fields };
    return this.publish(name, state, { close: /complete|failed|cancelled/.test(state.status) ? state.status : undefined });
  }

  forget(name, count) {
    this.#log(name).events.splice(0, count);
  }

  /** Sends a frame to everyone, as is. */
  say(frame) {
    for (const connection of this.#sockets) this.#send(connection, frame);
  }

  /** Lets the next request of this type be answered so, whatever it asks; `null` for no answer at all. */
  answerNext(type, answer) {
    this.#answers.push({ type, answer });
  }

  of(type) {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** Resolves when so many frames of this type have come in all. */
  async received(type, count = 1) {
    while (this.of(type).length < count) await new Promise((wake) => this.#watchers.add(wake));
    return this.of(type)[count - 1];
  }

  #log(name) {
    if (!this.#logs.has(name)) this.#logs.set(name, { epoch: `e${++this.#epochs}`, head: 0, events: [] });
    return this.#logs.get(name);
  }

  #connected(socket, { url }) {
    const connection = { socket, url, names: new Set() };
    this.connections++;
    this.#sockets.add(connection);
    socket.on("close", () => this.#sockets.delete(connection));
    socket.on("message", (text) => this.#request(connection, JSON.parse(text)));
    this.#wake();
  }

  #request(connection, frame) {
    this.frames.push({ ...frame, connection: this.connections });
    const scripted = this.#answers.findIndex(({ type }) => type === frame.type);
    if (scripted >= 0) {
      const [{ answer }] = this.#answers.splice(scripted, 1);
      if (answer) this.#send(connection, { id: frame.id, ...answer });
    } else if (!this.isMute) this[`_${frame.type}`](connection, frame);
    this.#wake();
  }

  #wake() {
    for (const wake of this.#watchers) wake();
    this.#watchers.clear();
  }

  #send({ socket }, frame) {
    socket.send(JSON.stringify(frame));
  }

  #readers(name) {
    return [...this.#sockets].filter(({ names }) => [...names].some((pattern) => matches(pattern, name)));
  }

  _ping(connection, { id }) {
    this.#send(connection, { type: "ok", id });
  }

  _publish(connection, { id, topic, message, close }) {
    const { position } = this.publish(topic, { message }, { close });
    this.#send(connection, { type: "ok", id, position, durability: "memory" });
  }

  _job(connection, { id, job, update }) {
    const end = this.#logs.get(`$jobs/${job}`)?.end;
    if (end) return this.#send(connection, { type: "error", id, code: "job_ended", detail: `job ${job} has ended`, state: { status: end.reason } });
    const state = this.update(job, update);
    this.#send(connection, { type: "ok", id, position: state.position, durability: "memory", state });
  }

  _unsubscribe(connection, { id, topic, job }) {
    connection.names.delete(topic ?? `$jobs/${job}`);
    this.#send(connection, { type: "ok", id });
  }

  _subscribe(connection, { id, topic, job, from, after, since }) {
    const name = topic ?? `$jobs/${job}`;
    if (connection.names.has(name)) throw new Error(`subscribed twice on one connection: ${name}`);
    connection.names.add(name);
    if (name.includes("*")) return this.#subscribePattern(connection, name, id, { after, since, isJob: !!job });
    const log = this.#logs.get(name), start = after ?? from ?? (job ? "snapshot" : "live");
    const stands = start === "live" ? log?.head : (log?.head ?? 0) - (log?.events.length ?? 0);
    this.#send(connection, { type: "ok", id, position: log ? `${log.epoch}-${stands}-00000000` : "0-0-00000000" });
    if (log) this.#catchUp(connection, log, start, job);
  }

  #catchUp(connection, log, start, isJob) {
    const send = (deliveries) => deliveries.forEach((delivery) => this.#send(connection, delivery));
    const snapshot = log.snapshot && { ...log.snapshot, snapshot: true };
    if (start === "earliest") send(log.events);
    else if (start === "snapshot" || (start === "live" && log.end)) send(snapshot ? [snapshot] : []);
    else if (start !== "live") this.#resume(connection, log, start, isJob);
    if (log.end) this.#send(connection, log.end);
  }

  #resume(connection, log, position, isJob) {
    const [epoch, offset] = position.split("-");
    const first = log.head - log.events.length + 1, missed = first - 1 - Number(offset);
    const isOther = epoch !== log.epoch && position !== "0-0-00000000";
    let rest = isOther ? log.events : log.events.slice(Math.max(0, Number(offset) - first + 1));
    if (isOther || missed > 0) {
      const to = `${log.epoch}-${first - 1}-00000000`;
      const [head, ...tail] = rest;
      if (isJob) rest = [{ ...log.snapshot, snapshot: true }];
      else this.#send(connection, { type: "gap", topic: log.events[0].topic, cause: isOther ? "epoch" : "truncated", missed: isOther ? null : missed, from: position, to });
      if (!isJob) rest = [{ ...head, missed: isOther ? null : missed }, ...tail];
    }
    for (const delivery of rest) this.#send(connection, delivery);
  }

  #subscribePattern(connection, pattern, id, { after, since, isJob }) {
    this.#send(connection, { type: "ok", id, position: `v1.${Buffer.from(String(this.#time)).toString("base64url")}` });
    if (typeof after === "string") [after, since] = [{}, new Date(Number(Buffer.from(after.slice(3), "base64url"))).toISOString()];
    for (const [name, log] of this.#logs) {
      if (!matches(pattern, name)) continue;
      const known = after?.[isJob ? name.slice(6) : name];
      if (known) this.#catchUp(connection, { ...log, end: known === log.end?.position ? undefined : log.end }, known, isJob);
      else if (since && log.made > since) this.#catchUp(connection, log, "earliest");
      else if (isJob && !log.end) this.#catchUp(connection, log, "snapshot");
    }
  }
}

function matches(pattern, name) {
  const [p, n] = [pattern.split("/"), name.split("/")];
  if (!pattern.startsWith("$") && name.startsWith("$")) return false;
  return p.every((segment, i) => (segment === "**" ? n.length > i : segment === "*" ? i < n.length : segment === n[i])) && (p.at(-1) === "**" || p.length === n.length);
}

/** Timers that run when the test says so. */
export class TestClock {
  #now = 0;
  #timers = new Set();

  later = (ms, run) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Goes on to the next timer. */
  next() {
    return this.advance(Math.min(...[...this.#timers].map(({ at }) => at)) - this.#now);
  }

  advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#now = next.at;
      this.#timers.delete(next);
      next.run();
    }
    this.#now = end;
    return ms;
  }
}

/** Keeps what is delivered, and tells when there is so much of it. */
export class Recorder {
  all = [];
  #watchers = new Set();

  add = (value) => {
    this.all.push(value);
    for (const wake of this.#watchers) wake();
    this.#watchers.clear();
  };

  async until(isEnough) {
    while (!isEnough(this.all)) await new Promise((wake) => this.#watchers.add(wake));
    return this.all;
  }

  count(n) {
    return this.until((all) => all.length >= n);
  }
}
