// Fanfare in the browser. SPDX-License-Identifier: Apache-2.0
//
// Above 400 lines in one file: a page loads what is written here, as it is, in one request.
//
// A Line is one WebSocket that comes back when it is cut. A Flow is what the hub knows as one subscription, and the position
// to resume after; it feeds the page's Subscriptions. A delivery names its topic, not its subscription: so flows that could
// both match a topic never share a line. Most pages need just one.

const FLOWS_A_LINE = 128; // what a hub lets a connection name
const POSITIONS = 1000, POSITIONS_SENT = 128; // of a pattern's topics, the most recently active
const IDLE_MS = 10_000, PONG_MS = 5_000, WOKEN_MS = 2_000;
const ANSWER_MS = 30_000;
const FIRST_PAUSE_MS = 400, LAST_PAUSE_MS = 20_000;
const PASSING = /^(store_unavailable|shutting_down|overloaded|too_many_connections|internal)$/;
const WAKES = ["online", "pageshow", "visibilitychange"]; // after a sleep, a socket may be dead and not know

const connected = new Map(); // by address: all of a page shares a line

export function connect({ app = "default", url = new URL("/", import.meta.url), ...seams } = {}) {
  const base = new URL(`v1/${encodeURIComponent(app)}/`, url).href;
  if (!connected.has(base)) connected.set(base, new Fanfare(base, seams));
  return connected.get(base);
}

export class FanfareError extends Error {
  name = "FanfareError";

  constructor({ code, detail, state }) {
    super(detail);
    Object.assign(this, { code, state });
  }
}

/** Throws to the page's own error handling, not to the caller. */
const report = (error) => queueMicrotask(() => { throw error; });

class Listeners {
  #all = {};

  on(type, listener) {
    (this.#all[type] ??= []).push(listener);
    return this;
  }

  emit(type, value) {
    for (const listener of this.#all[type] ?? []) try { listener(value); } catch (error) { report(error); }
    if (type === "error" && !this.#all.error) report(value);
  }
}

class Fanfare extends Listeners {
  state = "idle";
  lines = [];
  ids = 0;

  constructor(base, { WebSocket = globalThis.WebSocket, later = startTimer, random = Math.random }) {
    super();
    Object.assign(this, { base, later, random });
    this.open = () => new WebSocket(base.replace(/^http/, "ws") + "ws");
    this.wake = () => globalThis.document?.hidden || this.lines.forEach((line) => line.check());
    for (const type of WAKES) globalThis.addEventListener?.(type, this.wake);
  }

  topic(name) { return new Topic(this, "topic", name); }
  job(id) { return new Job(this, "job", id); }
  jobs(pattern = "**") { return this.job(pattern); }

  close() {
    connected.delete(this.base);
    for (const type of WAKES) globalThis.removeEventListener?.(type, this.wake);
    for (const line of this.lines.splice(0)) line.close({ code: "closed", detail: "closed by the page" });
    this.turn("closed");
  }

  turn(state) {
    if (state !== this.state) this.emit("state", (this.state = state));
  }

  line(fits = () => true) {
    let line = this.lines.find(fits);
    if (!line) this.lines.push((line = new Line(this)));
    return line;
  }
}

function startTimer(ms, run) {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** A topic, a job, or a pattern of either. */
class Source {
  constructor(fanfare, kind, name) {
    Object.assign(this, { fanfare, kind, name, key: `${kind} ${name}` });
  }

  subscribe(listeners, { from } = {}) {
    if (this.kind === "topic" && from === "live") from = undefined;
    const { fanfare } = this;
    let flow = fanfare.lines.flatMap((line) => [...line.flows.values()]).find((flow) => flow.serves(this, from));
    if (flow) return flow.add(listeners);
    flow = new Flow(this, from);
    const subscription = flow.add(listeners);
    fanfare.line((line) => line.takes(flow)).begin(flow);
    return subscription;
  }

  on(type, listener) { return this.subscribe().on(type, listener); }

  async state() {
    const path = this.name.split("/").map(encodeURIComponent).join("/");
    const answer = await fetch(`${this.fanfare.base}${this.kind}s/${path}`);
    if (answer.status === 404) return null;
    const body = await answer.json();
    if (!answer.ok) throw new FanfareError(body);
    return body;
  }
}

class Topic extends Source {
  publish(message, { event, key = newKey(), snapshot, conflate, close } = {}) {
    return this.fanfare.line().ask({ type: "publish", topic: this.name, message, event, idempotency_key: key, snapshot, conflate, close });
  }
}

class Job extends Source {
  watch(listener) { return this.on("update", listener); }

  async update(update, { key = newKey() } = {}) {
    return (await this.fanfare.line().ask({ type: "job", job: this.name, update, idempotency_key: key })).state;
  }
}

/** Makes it safe to send again what a cut left unanswered. */
const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

class Subscription extends Listeners {
  constructor(flow) {
    super();
    this.flow = flow;
  }

  get position() { return this.flow.position(); }

  close() {
    this.emit = () => {};
    this.flow.remove(this);
  }
}

/** Tells whether a name can match both; a name is a pattern, too. */
function meet([a, ...as], [b, ...bs]) {
  if (!a || !b) return a === b;
  if (a === "**" || b === "**") return true;
  return (a === b || a === "*" || b === "*") && meet(as, bs);
}

class Flow {
  subscriptions = new Set();
  after = new Map(); // positions by topic or job, the most recently active last
  failures = 0;

  constructor({ kind, name, key }, from) {
    Object.assign(this, { kind, name, key, from, segments: name.split("/"), isPattern: name.includes("*") });
    if (from?.since) Object.assign(this, { since: from.since, after: new Map(Object.entries(from.after).reverse()) });
  }

  /** Tells whether one more subscription can join where this flow stands. */
  serves({ key, kind }, from) {
    return key === this.key && !from && !this.from && !(kind === "job" && this.isPattern);
  }

  add(listeners = {}) {
    if (typeof listeners === "function") listeners = { [this.kind === "job" ? "update" : "event"]: listeners };
    const subscription = new Subscription(this), { isReady, last } = this;
    for (const type in listeners) subscription.on(type, listeners[type]);
    this.subscriptions.add(subscription);
    queueMicrotask(() => { // who joins is told what the others know; a job's last update is its state
      if (isReady) subscription.emit("subscribed", { type: "subscribed", position: this.position() });
      if (last) subscription.emit("update", { ...last, snapshot: true });
    });
    return subscription;
  }

  remove(subscription) {
    this.subscriptions.delete(subscription);
    if (!this.subscriptions.size) this.line.end(this);
  }

  position() {
    if (!this.isPattern) return this.after.get(this.name) ?? this.from;
    if (!this.since) return this.start ?? this.from;
    return { after: Object.fromEntries([...this.after].slice(-POSITIONS_SENT).reverse()), since: this.since };
  }

  request() {
    const at = this.position(), where = at?.since ? at : { [/^[a-z]+$/.test(at) ? "from" : "after"]: at };
    return { type: "subscribe", [this.kind]: this.name, ...where };
  }

  /** What comes before the `ok` belongs to an earlier subscription of the same name. */
  started(position) {
    this.isReady = true;
    if (this.isPattern) this.start = position;
    else if (!this.after.size) this.after.set(this.name, position);
    this.emit("subscribed", { type: "subscribed", position });
  }

  deliver(name, delivery) {
    const { type, position = delivery.to, published_at: time = delivery.timestamp } = delivery;
    if (this.isPattern && delivery.snapshot && position === this.after.get(name)) return; // seen
    this.after.delete(name);
    this.after.set(name, position);
    if (this.after.size > POSITIONS) this.after.delete(this.after.keys().next().value);
    if (time > (this.since ?? "")) this.since = time;
    if (type === "job" && !this.isPattern) this.last = delivery;
    this.emit(type === "job" ? "update" : type, delivery);
  }

  emit(type, value) {
    for (const subscription of [...this.subscriptions]) subscription.emit(type, value);
  }
}

class Line {
  flows = new Map();
  calls = new Map(); // by id: what has no answer yet
  failures = 0;

  constructor(fanfare) {
    this.fanfare = fanfare;
    this.connect();
  }

  takes(flow) {
    const flows = [...this.flows.values()];
    return flows.length < FLOWS_A_LINE && !flows.some((other) => other.kind === flow.kind && meet(other.segments, flow.segments));
  }

  holds(flow) { return this.flows.get(flow.key) === flow; }

  begin(flow) {
    this.flows.set(flow.key, flow);
    flow.line = this;
    if (this.isOpen) this.resume(flow);
  }

  resume(flow) {
    const { socket } = this;
    this.call(flow.request(), (answer) => {
      if (!this.holds(flow)) return;
      if (answer.type === "ok") return flow.started(answer.position);
      if (PASSING.test(answer.code))
        return this.fanfare.later(this.pause(flow.failures++), () => socket === this.socket && this.holds(flow) && this.resume(flow));
      this.forget(flow);
      flow.emit("error", new FanfareError(answer));
    });
  }

  end(flow) {
    if (!this.holds(flow)) return;
    if (this.isOpen) this.call({ type: "unsubscribe", [flow.kind]: flow.name });
    this.forget(flow);
  }

  forget(flow) {
    const { lines } = this.fanfare;
    this.flows.delete(flow.key);
    if (this.flows.size || this === lines[0]) return;
    lines.splice(lines.indexOf(this), 1);
    this.close();
  }

  /** Sends a request; it goes out again after a cut, until it is answered. */
  ask(request) {
    return new Promise((resolve, reject) => {
      const done = (answer) => {
        cancel();
        answer.type === "ok" ? resolve(answer) : reject(new FanfareError(answer));
      };
      const id = this.call(request, done, true);
      const cancel = this.fanfare.later(ANSWER_MS, () => {
        this.calls.delete(id);
        done({ code: "timeout", detail: `no answer in ${ANSWER_MS} ms: whether it happened is unknown` });
      });
    });
  }

  call(request, done = () => {}, isLasting) {
    const id = ++this.fanfare.ids, frame = JSON.stringify({ ...request, id });
    this.calls.set(id, { frame, done, isLasting });
    if (this.isOpen) this.socket.send(frame);
    return id;
  }

  connect() {
    this.turn("connecting");
    const socket = (this.socket = this.fanfare.open());
    socket.onopen = () => {
      this.isOpen = true;
      const asked = [...this.calls.values()];
      for (const flow of this.flows.values()) this.resume(flow);
      for (const { frame } of asked) socket.send(frame);
      this.turn("open");
      this.listen();
    };
    socket.onmessage = ({ data }) => this.receive(JSON.parse(data));
    socket.onerror = () => {}; // a close follows
    socket.onclose = () => this.lost();
    this.wait(IDLE_MS, () => this.lost());
  }

  receive(frame) {
    const { type, id } = frame;
    this.isHeard = true;
    if (type === "ok" || type === "error") {
      const call = this.calls.get(id);
      this.calls.delete(id);
      this.failures = 0;
      call ? call.done(frame) : type === "error" && report(new FanfareError(frame));
    } else if (type === "goodbye") this.pauseMs = frame.after_ms;
    else if (type === "refused") {
      for (const flow of this.flows.values()) flow.emit(type, frame);
      this.lost(frame.retry_after_ms);
    } else if (type === "degraded" || type === "recovered") {
      this.turn(type === "degraded" ? type : "open");
      for (const flow of this.flows.values()) flow.emit(type, frame);
    } else this.deliver(frame);
  }

  deliver(delivery) {
    const kind = "job_id" in delivery ? "job" : "topic", name = delivery.job_id ?? delivery.topic, path = name.split("/");
    const flow = this.flows.get(`${kind} ${name}`) ?? [...this.flows.values()].find((flow) => flow.kind === kind && meet(flow.segments, path));
    if (!flow?.isReady) return;
    if (delivery.type === "end" && !flow.isPattern) this.forget(flow);
    flow.deliver(name, delivery);
  }

  /** Asks after a silence: if that stays without an answer nobody is there, whatever the socket says. */
  listen() {
    this.isHeard = false;
    this.wait(IDLE_MS, () => (this.isHeard ? this.listen() : this.check(PONG_MS)));
  }

  check(ms = WOKEN_MS) {
    if (!this.isOpen) return this.socket || this.connect();
    this.isHeard = false;
    this.call({ type: "ping" });
    this.wait(ms, () => (this.isHeard ? this.listen() : this.lost()));
  }

  lost(ms = this.pauseMs ?? this.pause(this.failures++)) {
    this.close();
    this.turn("waiting");
    this.wait(ms, () => this.connect());
  }

  /** Random, so that a hub's readers do not come back all at once. */
  pause(failures) {
    return Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + this.fanfare.random() / 2);
  }

  close(reason) {
    const { socket } = this;
    this.cancel?.();
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    socket?.close();
    this.socket = this.pauseMs = undefined;
    this.isOpen = false;
    for (const flow of this.flows.values()) flow.isReady = false;
    for (const [id, { done, isLasting }] of this.calls) {
      if (reason || !isLasting) this.calls.delete(id);
      if (reason && isLasting) done(reason);
    }
  }

  wait(ms, run) {
    this.cancel?.();
    this.cancel = this.fanfare.later(ms, run);
  }

  turn(state) {
    const [first = this] = this.fanfare.lines;
    if (this === first) this.fanfare.turn(state);
  }
}

const STYLE = `
:host { display: grid; grid-template-columns: 1fr auto; gap: .4em 1em }
:host([hidden]) { display: none }
[part=label] { font-weight: 600; overflow-wrap: anywhere }
[part=value] { font-variant-numeric: tabular-nums }
[part=track], [part=message] { grid-column: 1 / -1 }
[part=track] { height: var(--fanfare-height, .5em); overflow: hidden; border-radius: var(--fanfare-radius, 1em);
  background: var(--fanfare-track, color-mix(in srgb, currentColor 14%, transparent)) }
[part=bar] { height: 100%; border-radius: inherit; background: var(--fanfare-bar, #3b76f0); transform-origin: left; transition: transform .2s }
[part=message] { font-size: .875em; opacity: .75; overflow-wrap: anywhere }
[part=message]:empty { display: none }
[part=status] { position: absolute; clip-path: inset(50%) }
:host([status=complete]) [part=bar] { background: var(--fanfare-complete, #1f9d57) }
:host([status=failed]) [part=bar] { background: var(--fanfare-failed, #d94848) }
:host([status=cancelled]) [part=bar] { background: var(--fanfare-cancelled, #868c96) }
.moving { width: 30%; animation: 1.5s ease-in-out infinite alternate move }
@keyframes move { to { transform: translateX(233%) } }
@media (prefers-reduced-motion) { [part=bar] { transition: none; animation: none } .moving { width: auto; opacity: .4 } }`;

/** `<fanfare-progress job="42">` is a job's bar. Without `job` it shows what `show(update)` is given. */
class ProgressElement extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ["job", "app", "url"];
  parts = {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" }), sheet = new CSSStyleSheet(); // needs no 'unsafe-inline'
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    for (const name of ["label", "value", "track", "message", "status", "bar"]) {
      const part = (this.parts[name] = document.createElement("div"));
      part.setAttribute("part", name);
      (name === "bar" ? this.parts.track : root).append(part);
    }
    Object.assign(this.parts.track, { role: "progressbar", ariaValueMin: 0, ariaValueMax: 100 });
    this.parts.status.role = "status"; // read out when the status changes, not at every step
  }

  connectedCallback() {
    const [job, app, url] = ["job", "app", "url"].map((name) => this.getAttribute(name) ?? undefined);
    this.isWatching = true;
    if (job) this.subscription = connect({ app, url }).job(job).watch((update) => this.show(update));
    this.show();
  }

  disconnectedCallback() {
    this.isWatching = false;
    this.subscription = this.subscription?.close();
  }

  attributeChangedCallback() {
    if (!this.isWatching) return;
    this.disconnectedCallback();
    this.connectedCallback();
  }

  show(update) {
    this.update = update;
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = undefined;
    const { job_id = this.getAttribute("job"), status = "waiting", progress = null, message, error } = this.update ?? {};
    const { label, value, track, bar, message: line, status: spoken } = this.parts;
    const done = status === "complete" ? 1 : progress, isMoving = done === null && status === "processing";
    const percent = done === null ? null : Math.floor(done * 100 + 1e-9); // 0.57 is 57, and only all of it is 100
    label.textContent = this.getAttribute("label") ?? job_id;
    value.textContent = status === "processing" && !isMoving ? `${percent} %` : status;
    line.textContent = error ?? message;
    bar.style.transform = isMoving ? "" : `scaleX(${done ?? 0})`;
    bar.classList.toggle("moving", isMoving);
    const texts = [value.textContent, line.textContent].filter(Boolean);
    Object.assign(track, { ariaLabel: label.textContent, ariaValueNow: percent, ariaValueText: texts.join(": ") });
    if (this.getAttribute("status") === status) return;
    this.setAttribute("status", status);
    spoken.textContent = `${label.textContent}: ${status}`;
  }
}

globalThis.customElements?.define("fanfare-progress", ProgressElement);
