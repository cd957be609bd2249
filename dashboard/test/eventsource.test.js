// What a page gets that has nothing of ours: the browser's own EventSource.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openLive, useBrowser } from "./browser.js";
import { useHub, Wire } from "./hub.js";

useBrowser();
const hub = useHub();

test("named events reach their listeners, the others onmessage", async (t) => {
  const app = hub.app();
  const page = await listen(t, app, app.page(), "topic=orders/1");
  await app.publish("orders/1", { total: 12 }, { "Fanfare-Event": "paid" });
  await app.publish("orders/1", "plain");
  await page.waitForFunction(() => seen.length === 3);
  assert.deepEqual(await page.evaluate(() => seen), ["subscribed", "paid {\"total\":12}", "message \"plain\""]);
});

test("a cut is made good by Last-Event-ID: nothing is lost or repeated", async (t) => {
  const app = hub.app();
  const wire = await Wire.to(t, hub);
  const page = await listen(t, app, app.page(wire), "topic=orders/1");
  await app.publish("orders/1", 1);
  await page.waitForFunction(() => seen.length === 2);
  wire.cut();
  await app.publish("orders/1", 2);
  await app.publish("orders/1", 3);
  await page.waitForFunction(() => seen.includes("message 3"));
  assert.deepEqual(await page.evaluate(() => seen.filter((it) => it !== "subscribed")), ["message 1", "message 2", "message 3"]);
});

test("a hub that was restarted without its memory is a gap, and onmessage sees it on the next event", async (t) => {
  const app = hub.app();
  const page = await listen(t, app, app.page(), "topic=orders/1");
  await app.publish("orders/1", 1);
  await page.waitForFunction(() => seen.length === 2);
  await hub.kill();
  await hub.launch();
  await app.publish("orders/1", 2);
  await page.waitForFunction(() => seen.some((it) => it.startsWith("message 2")));
  assert.deepEqual(await page.evaluate(() => seen.filter((it) => it !== "subscribed")), ["message 1", "gap epoch", "message 2 missed"]);
});

test("a job's stream ends with the job, and the browser stops asking", async (t) => {
  const app = hub.app();
  const page = await listen(t, app, app.page(), "job=import");
  await app.job("import", { progress: 0.5 });
  await page.waitForFunction(() => seen.length === 2);
  const answer = page.waitForResponse((response) => response.status() === 204);
  await app.job("import", { status: "complete" });
  await answer;
  await page.waitForFunction(() => source.readyState === EventSource.CLOSED);
  assert.deepEqual(await page.evaluate(() => seen), ["subscribed", "message processing", "message complete", "end complete"]);
});

/** Opens an EventSource in a page of the hub, and collects what it gets in `seen`. */
async function listen(test, app, url, query) {
  const page = await openLive(test, url);
  await page.evaluate(([name, query]) => new Promise((subscribed) => {
    globalThis.seen = [];
    globalThis.source = new EventSource(`/v1/${name}/events?${query}`);
    const add = (tell) => ({ type, data }) => seen.push([type, ...tell(JSON.parse(data))].join(" "));
    const event = ({ message, status, missed }) => [status ?? JSON.stringify(message), ...(missed === undefined ? [] : ["missed"])];
    source.onmessage = add(event);
    source.addEventListener("paid", add(event));
    source.addEventListener("gap", add(({ cause }) => [cause]));
    source.addEventListener("end", add(({ reason }) => [reason]));
    source.addEventListener("subscribed", add(() => []));
    source.addEventListener("subscribed", subscribed);
  }), [app.name, query]);
  return page;
}
