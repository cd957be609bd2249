import assert from "node:assert/strict";
import { test } from "node:test";
import { openLive, useBrowser } from "./browser.js";
import { useHub, Wire } from "./hub.js";

useBrowser();
const hub = useHub();

test("<fanfare-progress> shows a job and tells it to those who do not see it", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await page.evaluate(async (name) => {
    await import("/client.js");
    document.body.insertAdjacentHTML("beforeend", '<fanfare-progress job="import" label="Import"></fanfare-progress>');
    document.querySelector("fanfare-progress").setAttribute("app", name);
  }, app.name);
  const read = () => page.evaluate(() => {
    const element = document.querySelector("fanfare-progress"), root = element.shadowRoot;
    const track = root.querySelector("[role=progressbar]");
    return {
      status: element.getAttribute("status"), label: track.ariaLabel, now: track.ariaValueNow, text: track.ariaValueText,
      said: root.querySelector("[role=status]").textContent, value: root.querySelector("[part=value]").textContent,
      width: Math.round((root.querySelector("[part=bar]").getBoundingClientRect().width / track.clientWidth) * 100),
      color: getComputedStyle(root.querySelector("[part=bar]")).backgroundColor,
    };
  });
  const until = (status, value) => page.waitForFunction(([status, value]) => {
    const element = document.querySelector("fanfare-progress"), bar = element.shadowRoot.querySelector("[part=bar]");
    return element.getAttribute("status") === status && element.shadowRoot.querySelector("[part=value]").textContent === value && !bar.getAnimations().some((it) => it instanceof CSSTransition);
  }, [status, value]);

  await until("waiting", "waiting");
  assert.deepEqual({ ...(await read()), color: "" }, { status: "waiting", label: "Import", now: null, text: "waiting", said: "Import: waiting", value: "waiting", width: 0, color: "" });

  await app.job("import", { progress: null, message: "counting" });
  await until("processing", "processing");
  assert.deepEqual([(await read()).now, (await read()).text], [null, "processing: counting"]);

  await app.job("import", { progress: 0.579, message: "2 of 5" });
  await until("processing", "57 %");
  const half = await read();
  assert.deepEqual([half.now, half.text, half.width, half.said], ["57", "57 %: 2 of 5", 58, "Import: processing"]);

  await page.evaluate(() => document.body.style.setProperty("--fanfare-failed", "rgb(1, 2, 3)"));
  await app.job("import", { status: "failed", error: "disk full" });
  await until("failed", "failed");
  const failed = await read();
  assert.deepEqual([failed.said, failed.text, failed.color], ["Import: failed", "failed: disk full", "rgb(1, 2, 3)"]);
});

test("<fanfare-progress> keeps still for those who want that", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page(), { reducedMotion: "reduce" });
  await app.job("scan", { progress: null });
  await page.evaluate(async (name) => {
    await import("/client.js");
    const element = document.createElement("fanfare-progress");
    element.setAttribute("app", name);
    element.setAttribute("job", "scan");
    document.body.append(element);
  }, app.name);
  await page.waitForFunction(() => document.querySelector("fanfare-progress").getAttribute("status") === "processing");
  assert.equal(await page.evaluate(() => document.querySelector("fanfare-progress").shadowRoot.querySelector(".moving").getAnimations().length), 0);
});

test("one page's elements and patterns take two connections: those that overlap do not share", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  for (const job of ["a", "b", "c"]) await app.job(job, { progress: 0.5 });
  await page.evaluate(async (name) => {
    await import("/client.js");
    for (const job of ["a", "b", "c", "c"]) {
      const element = document.createElement("fanfare-progress");
      element.setAttribute("app", name);
      element.setAttribute("job", job);
      document.body.append(element);
    }
  }, app.name);
  await page.waitForFunction(() => document.querySelectorAll("fanfare-progress[status=processing]").length === 4);
  const lines = await page.evaluate(async (name) => (await import("/client.js")).connect({ app: name }).lines.length, app.name);
  assert.equal(lines, 2);
});

test("client.js publishes, reports and reads back", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  const told = await page.evaluate(async (name) => {
    const { connect } = await import("/client.js");
    const fanfare = connect({ app: name });
    const update = await fanfare.job("import").update({ progress: 0.5, message: "half" });
    const { durability } = await fanfare.topic("orders/1").publish({ total: 12 }, { event: "paid", snapshot: true, close: "shipped" });
    const refused = await fanfare.topic("orders/1").publish(1).catch(({ code }) => code);
    await fanfare.job("import").update({ status: "complete" });
    const late = await fanfare.job("import").update({ progress: 0.1 }).catch(({ code, state }) => [code, state.status]);
    const state = await fanfare.job("import").state();
    const seen = [];
    await new Promise((done) => fanfare.topic("orders/1").subscribe({ event: ({ event, message }) => seen.push([event, message]), end: ({ reason }) => done(seen.push(reason)) }));
    return { progress: update.progress, durability, refused, late, status: state.status, seen };
  }, app.name);
  assert.deepEqual(told, {
    progress: 0.5, durability: "memory", refused: "topic_closed", late: ["job_ended", "complete"], status: "complete",
    seen: [["paid", { total: 12 }], "shipped"],
  });
});

test("cut at any moment, client.js gets every event of topics and patterns once and in order", async (t) => {
  const app = hub.app();
  const wire = await Wire.to(t, hub);
  const page = await openLive(t, app.page(wire));
  await watch(page, app, "one", "numbers/1");
  await watch(page, app, "all", "numbers/*");
  const total = 120;
  for (let i = 1; i <= total; i++) {
    if (i % 17 === 0) wire.cut();
    await app.publish(`numbers/${(i % 3) + 1}`, i);
  }
  await page.waitForFunction((total) => seen.all.length >= total, total);
  const { one, all } = await page.evaluate(() => seen);
  const numbers = Array.from({ length: total }, (_, i) => i + 1), of = (topic) => numbers.filter((i) => (i % 3) + 1 === topic);
  await page.waitForFunction((count) => seen.one.length >= count, of(1).length);
  assert.deepEqual((await page.evaluate(() => seen.one)), of(1));
  for (const topic of [1, 2, 3]) assert.deepEqual(all.filter((i) => (i % 3) + 1 === topic), of(topic));
  assert.ok(one.length <= of(1).length);
});

test("a hub that was restarted without its memory is a gap to every reader", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await watch(page, app, "one", "numbers/1");
  await app.publish("numbers/1", 1);
  await page.waitForFunction(() => seen.one.length === 1);
  await hub.kill();
  await hub.launch();
  await app.publish("numbers/1", 2);
  await page.waitForFunction(() => seen.one.includes(2));
  assert.deepEqual(await page.evaluate(() => seen.one), [1, "gap epoch", 2]);
});

/** Collects what comes to a subscription in `seen` of the page, from the moment that the hub has agreed. */
function watch(page, app, as, topic) {
  return page.evaluate(async ([name, as, topic]) => {
    const { connect } = await import("/client.js");
    globalThis.seen ??= {};
    const list = (seen[as] = []);
    await new Promise((subscribed) => connect({ app: name }).topic(topic).subscribe({
      subscribed, event: ({ message }) => list.push(message), gap: ({ cause }) => list.push(`gap ${cause}`),
    }));
  }, [app.name, as, topic]);
}
