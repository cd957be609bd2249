// The hub's page: the jobs of an app and a tail of its events, drawn at most once a frame. SPDX-License-Identifier: Apache-2.0
import { connect } from "./client.js";

const app = new URLSearchParams(location.search).get("app") || "default";
const fanfare = connect({ app });

const MAX_ENDED = 100;
const FEW = 10; // of those that wait or have ended, unless more are asked for; as the style sheet has it
const MAX_TAIL = 150;
const TAIL_AT_ONCE = 30, TAIL_EVERY_MS = 150; // more than that nobody reads: then the newest are shown, the others counted
const LIST_PAGES = 20;
const TEXT_EVERY_MS = 500; // rates and times left would flicker otherwise

const $ = (id) => document.getElementById(id);

/** Makes an element with children; strings become text nodes, so what a publisher sent is never markup. */
function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const setText = (node, text) => { if (node.data !== text) node.data = text; };

// Drawing: whoever has something new asks for a frame; hidden pages get none and catch up in one.

const painters = new Set();
let frame = 0;

function paintSoon(painter) {
  painters.add(painter);
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const due = [...painters];
    painters.clear();
    for (const paint of due) paint();
  });
}

// Jobs

const jobs = new Map();
const dirty = new Set();
const counts = { running: 0, waiting: 0, complete: 0, failed: 0, cancelled: 0 };
const ENDED = { complete: "complete", failed: "failed", cancelled: "cancelled" };
const group = (status) => ENDED[status] ?? (status === "pending" ? "waiting" : "running");
const listOf = (status) => (status in ENDED ? "ended" : group(status));

function receiveJob(update) {
  const { job_id: id, status } = update;
  let job = jobs.get(id);
  if (job && job.update.timestamp > update.timestamp && job.update.attempt >= update.attempt) return;
  if (!job) jobs.set(id, (job = { id, row: makeRow(id), pace: undefined }));
  const before = job.update;
  if (before) counts[group(before.status)]--;
  counts[group(status)]++;
  const isBegun = !before || before.attempt !== update.attempt || ENDED[before.status] || before.status === "pending";
  if (isBegun) {
    job.startedAt = update.snapshot ? undefined : Date.parse(update.timestamp);
    job.pace = undefined;
  }
  job.update = update;
  job.heardAt = performance.now();
  job.pace = measure(job.pace, update);
  place(job);
  touch(job);
}

function touch(job) {
  dirty.add(job);
  paintSoon(paintJobs);
}

function dropJob(id) {
  const job = jobs.get(id);
  if (!job) return;
  counts[group(job.update.status)]--;
  jobs.delete(id);
  dirty.delete(job);
  job.row.item.remove();
  paintSoon(paintJobs);
}

/** Puts the row where it belongs: running ones stay in the order of their start, the latest end comes first. */
function place(job) {
  const { item } = job.row, list = $(listOf(job.update.status)), at = job.update.timestamp;
  if (item.parentNode === list) return;
  if (list.id !== "ended") return list.append(item);
  let next = list.firstElementChild;
  while (next && jobs.get(next.dataset.id).update.timestamp > at) next = next.nextElementSibling;
  list.insertBefore(item, next);
  if (list.childElementCount > MAX_ENDED) {
    const { id } = list.lastElementChild.dataset;
    dirty.delete(jobs.get(id));
    jobs.delete(id); // it still counts
    list.lastElementChild.remove();
  }
}

function makeRow(id) {
  const [name, figure, note, pace] = [id, "", "", ""].map((text) => document.createTextNode(text));
  const bar = element("div", "bar"), track = element("div", "track", bar);
  Object.assign(track, { role: "progressbar", ariaLabel: id, ariaValueMin: 0, ariaValueMax: 100 });
  const noteBox = element("span", "note", note);
  const item = element("li", "job", element("span", "name", name), element("span", "figure", figure), track, noteBox, element("span", "pace", pace));
  item.dataset.id = item.firstChild.title = id;
  return { item, figure, track, bar, note, noteBox, pace };
}

/** How fast a job moves: an average in which the last five seconds weigh most. */
function measure(pace, { progress, timestamp }) {
  const at = Date.parse(timestamp);
  if (typeof progress !== "number") return undefined;
  if (!pace || progress < pace.progress) return { progress, at, rate: undefined };
  const seconds = (at - pace.at) / 1000;
  if (seconds < 0.2) return pace;
  const now = (progress - pace.progress) / seconds, weight = 1 - Math.exp(-seconds / 5);
  return { progress, at, rate: pace.rate === undefined ? now : pace.rate + (now - pace.rate) * weight };
}

function paintJobs() {
  const now = performance.now();
  for (const job of dirty) paintJob(job, now);
  dirty.clear();
  for (const node of document.querySelectorAll("[data-count]")) {
    node.textContent = counts[node.dataset.count].toLocaleString("en");
    node.toggleAttribute("data-none", !counts[node.dataset.count]);
  }
  for (const id of ["running", "waiting", "ended"]) paintSection($(id));
  $("empty").hidden = !hasListed || jobs.size > 0;
  const title = counts.running ? `${counts.running} running · Fanfare` : "Fanfare";
  if (document.title !== title) document.title = title;
}

function paintJob({ row, update, pace, startedAt, ...job }, now) {
  const { status, progress, message, error, attempt } = update;
  const hasEnded = status in ENDED, isMoving = progress === null && status === "processing";
  const done = status === "complete" ? 1 : progress;
  const percent = done === null ? null : Math.floor(done * 100 + 1e-9); // 0.57 is 57, and only all of it is 100
  const { item, track, bar } = row;
  item.dataset.status = status;
  item.toggleAttribute("data-moving", isMoving);
  setText(row.figure, hasEnded ? status : percent === null ? (isMoving ? "" : status) : `${percent} %`);
  setText(row.note, (status === "failed" && error) || message || "");
  if (row.noteBox.title !== row.note.data) row.noteBox.title = row.note.data;
  if (hasEnded) setText(row.pace, endText(update, startedAt));
  else if (row.attempt !== attempt || now - row.pacedAt >= TEXT_EVERY_MS) {
    Object.assign(row, { attempt, pacedAt: now });
    setText(row.pace, [attempt > 1 && `attempt ${attempt}`, ...paceTexts(pace)].filter(Boolean).join(" · "));
  }
  bar.style.transform = isMoving ? "" : `scaleX(${done ?? 0})`;
  if (row.percent === percent && row.status === status) return;
  Object.assign(row, { percent, status });
  Object.assign(track, { ariaValueNow: percent, ariaValueText: percent === null || hasEnded ? status : `${percent} %` });
}

function paceTexts(pace) {
  if (!pace?.rate || pace.progress >= 1) return [];
  const aSecond = pace.rate * 100, left = (1 - pace.progress) / pace.rate;
  const rate = aSecond >= 0.1 ? `${aSecond.toPrecision(2)} %/s` : `${(aSecond * 60).toPrecision(2)} %/min`;
  return left > 86_400 * 2 ? [rate] : [rate, `${duration(left)} left`];
}

function endText({ timestamp }, startedAt) {
  const at = Date.parse(timestamp);
  return [startedAt && startedAt < at && duration((at - startedAt) / 1000), clock(at)].filter(Boolean).join(" · ");
}

function duration(seconds) {
  if (seconds < 10) return `${Math.max(0.1, seconds).toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

const clock = (at) => new Date(at).toLocaleTimeString([], { hourCycle: "h23" });

function paintSection(list) {
  const { childElementCount: count, nextElementSibling: more } = list;
  list.parentElement.hidden = !count;
  if (!more) return;
  more.hidden = count <= FEW;
  more.textContent = list.hasAttribute("data-all") ? "Show fewer" : `Show all ${count}`;
}

function toggleMore({ target }) {
  const isAll = $(target.getAttribute("aria-controls")).toggleAttribute("data-all");
  target.setAttribute("aria-expanded", isAll);
  paintSoon(paintJobs);
}

let hasListed = false;

/** Asks what there is: ended jobs are not in the stream, and a hub that lost its memory does not tell which jobs are gone. */
async function list() {
  const askedAt = performance.now(), known = new Set();
  let cursor = "", page = 0;
  do {
    const answer = await fetch(`v1/${encodeURIComponent(app)}/jobs?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    if (!answer.ok) return;
    const { jobs: found, next } = await answer.json();
    for (const update of found) {
      known.add(update.job_id);
      const job = jobs.get(update.job_id);
      if (!job || (job.heardAt < askedAt && job.update.position !== update.position)) receiveJob({ ...update, snapshot: true });
    }
    cursor = next;
  } while (cursor && ++page < LIST_PAGES);
  hasListed = true;
  if (!cursor) for (const { id, heardAt, update } of [...jobs.values()]) if (!known.has(id) && heardAt < askedAt && !ENDED[update.status]) dropJob(id);
  paintSoon(paintJobs);
}

// Tail: topics' events, and how jobs ended

let lines = [], passedOver = 0, heldBack = 0, isPaused = false, tailTimer = 0;

function tell(line) {
  lines.push(line);
  if (lines.length > TAIL_AT_ONCE) passedOver++, lines.shift();
  if (isPaused) heldBack++;
  paintTailSoon();
}

function paintTailSoon() {
  if (tailTimer) return;
  paintSoon(paintTail);
  tailTimer = setTimeout(() => {
    tailTimer = 0;
    if (lines.length) paintTailSoon();
  }, TAIL_EVERY_MS);
}

function paintTail() {
  $("pause").textContent = !isPaused ? "Pause" : heldBack ? `Resume · ${heldBack.toLocaleString("en")} new` : "Resume";
  if (isPaused) return;
  const list = $("tail");
  if (passedOver) list.prepend(element("li", "quiet", `${passedOver.toLocaleString("en")} more`));
  for (const line of lines.splice(0)) list.prepend(makeLine(line));
  passedOver = 0;
  while (list.childElementCount > MAX_TAIL) list.lastElementChild.remove();
  $("tail-empty").hidden = list.childElementCount > 0;
  list.hidden = !list.childElementCount;
}

function makeLine({ at, subject, label, message, kind }) {
  const text = message === undefined ? "" : typeof message === "string" ? message : JSON.stringify(message);
  const name = element("b", "", subject);
  const item = element("li", kind, element("time", "", clock(at)), name);
  if (label) item.append(element("i", "", label));
  item.append(element("p", "", text.slice(0, 400)));
  return item;
}

function togglePause() {
  isPaused = !isPaused;
  heldBack = 0;
  $("pause").setAttribute("aria-pressed", isPaused);
  paintSoon(paintTail);
}

// Throughput

const MINUTE = 60;
const seconds = new Array(MINUTE).fill(0);
let delivered = 0;

function tick() {
  seconds.push(delivered);
  seconds.shift();
  delivered = 0;
  if (!document.hidden) paintSoon(paintThroughput);
}

function paintThroughput() {
  const peak = Math.max(...seconds);
  const points = seconds.map((count, x) => `${x},${(19 - (count / Math.max(peak, 4)) * 17).toFixed(2)}`).join("L");
  $("rate").textContent = seconds.at(-1).toLocaleString("en");
  $("peak").textContent = peak ? `peak ${peak.toLocaleString("en")}` : "";
  $("line").setAttribute("d", `M${points}`);
  $("area").setAttribute("d", `M0,20L${points}L59,20Z`);
}

// Connection

const STATES = { live: "live", degraded: "store is away", waiting: "reconnecting", closed: "not connected" };
const subscribed = new Set();

function showState(state) {
  if (state === "waiting") subscribed.clear();
  $("connection").textContent = STATES[state] ?? "connecting";
  $("connection").dataset.state = state;
  document.body.toggleAttribute("data-away", state !== "live");
}

function showSubscribed(what) {
  subscribed.add(what);
  if (subscribed.size < 2) return;
  showState("live");
  list().catch(() => {}); // the connection says when the hub is away
}

async function copyCommand() {
  await navigator.clipboard.writeText($("command").textContent);
  $("copy").textContent = "Copied";
  setTimeout(() => ($("copy").textContent = "Copy"), 2000);
}

// Start

const counted = (listener) => (delivery) => {
  delivered++;
  listener(delivery);
};

$("app").textContent = app;
$("command").textContent = `curl -d '{"progress":0.4,"message":"half"}' ${location.host}/v1/${app}/jobs/42`;
$("copy").addEventListener("click", copyCommand);
$("pause").addEventListener("click", togglePause);
for (const more of document.querySelectorAll(".more")) more.addEventListener("click", toggleMore);
setInterval(tick, 1000);
paintThroughput();
paintTail();

fanfare.on("state", (state) => showState(state === "open" && subscribed.size === 2 ? "live" : state));
fanfare.jobs().subscribe({
  subscribed: () => showSubscribed("jobs"),
  update: counted(receiveJob),
  end({ job_id: id, reason }) {
    const update = jobs.get(id)?.update;
    tell({ at: Date.now(), subject: id, label: reason, message: (reason === "failed" && update?.error) || update?.message || undefined, kind: reason });
    if (reason === "dropped") dropJob(id);
  },
});
fanfare.topic("**").subscribe({
  subscribed: () => showSubscribed("topics"),
  event: counted(({ topic, event, message, published_at }) => tell({ at: Date.parse(published_at), subject: topic, label: event, message })),
  gap: ({ topic, cause, missed }) => tell({ at: Date.now(), subject: topic, label: `${missed ?? "some"} missed: ${cause}`, kind: "gap" }),
  end: ({ topic, reason }) => tell({ at: Date.now(), subject: topic, label: `ended: ${reason}` }),
});
