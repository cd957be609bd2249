import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, page, record } from "./fixture.js";

test("a reader that is cut goes on after its last event", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/1"));
  const first = hub.publish("orders/1", { message: 1 });
  await orders.count(1);

  hub.cut();
  hub.publish("orders/1", { message: 2 });
  hub.publish("orders/1", { message: 3 });
  await comeBack();

  assert.deepEqual(messages(await orders.count(3)), [1, 2, 3]);
  assert.equal((await hub.received("subscribe", 2)).after, first.position);
});

test("a reader that is cut before the first event loses nothing", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  hub.publish("orders/1", { message: "before" });
  const orders = await record(hub, fanfare.topic("orders/1"));
  await pong(hub, fanfare);

  hub.cut();
  hub.publish("orders/1", { message: "meanwhile" });
  await comeBack();

  assert.deepEqual(messages(await orders.count(1)), ["meanwhile"]);
});

test("whatever the moments of the cuts, every event comes once and in order", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/1"));
  await pong(hub, fanfare);
  let published = 0;
  for (let round = 1; round <= 30; round++) {
    for (let i = 0; i < round % 7; i++) hub.publish("orders/1", { message: ++published });
    if (round % 3) await orders.count(published - (round % 4)); // some are under way when the cut comes
    hub.cut();
    for (let i = 0; i < round % 5; i++) hub.publish("orders/1", { message: ++published });
    await comeBack(round);
  }
  assert.deepEqual(messages(await orders.count(published)), Array.from({ length: published }, (_, i) => i + 1));
});

test("a gap is told, and reading goes on behind it", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/1"));
  hub.publish("orders/1", { message: 1 });
  await orders.count(1);

  hub.cut();
  for (const message of [2, 3, 4]) hub.publish("orders/1", { message });
  hub.forget("orders/1", 3);
  await comeBack();
  const [, gap, next] = await orders.count(3);

  assert.deepEqual([gap.type, gap.cause, gap.missed], ["gap", "truncated", 2]);
  assert.deepEqual([next.message, next.missed], [4, 2]);
});

test("a cut right after a gap resumes behind the gap", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/1"));
  await pong(hub, fanfare);
  hub.say({ type: "gap", topic: "orders/1", cause: "slow", missed: 4, from: "e1-1-00000000", to: "e1-5-00000000" });
  await orders.count(1);
  hub.cut();
  await comeBack();
  assert.equal((await hub.received("subscribe", 2)).after, "e1-5-00000000");
});

test("a hub that comes back without its memory is a gap, and then the topic's new life", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/1"));
  hub.publish("orders/1", { message: "old" });
  await orders.count(1);

  await hub.restart();
  hub.publish("orders/1", { message: "new" });
  await comeBack();
  const [, gap, next] = await orders.count(3);

  assert.deepEqual([gap.cause, gap.missed, next.message, next.missed], ["epoch", null, "new", null]);
});

test("a topic that has ended is not asked for again", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const over = await record(hub, fanfare.topic("orders/1"));
  const open = await record(hub, fanfare.topic("orders/2"));
  hub.publish("orders/1", { message: "last" }, { close: "sold out" });
  assert.equal((await over.count(2))[1].reason, "sold out");

  hub.cut();
  await comeBack();
  hub.publish("orders/2", { message: "more" });
  await open.count(1);

  assert.deepEqual(hub.of("subscribe").map(({ topic }) => topic), ["orders/1", "orders/2", "orders/2"]);
});

test("a pattern resumes with the position of each topic and the newest time", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/*"));
  const one = hub.publish("orders/1", { message: 1 });
  const two = hub.publish("orders/2", { message: 2 });
  await orders.count(2);

  hub.cut();
  hub.publish("orders/1", { message: 3 });
  hub.publish("orders/3", { message: "made meanwhile" });
  await comeBack();

  assert.deepEqual(messages(await orders.count(4)), [1, 2, 3, "made meanwhile"]);
  const { after, since } = await hub.received("subscribe", 2);
  assert.deepEqual(Object.entries(after), [["orders/2", two.position], ["orders/1", one.position]]);
  assert.equal(since, two.published_at);
});

test("a pattern that has seen nothing yet resumes where it was agreed", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  hub.publish("orders/1", { message: "before" });
  const orders = await record(hub, fanfare.topic("orders/**"));
  await pong(hub, fanfare);

  hub.cut();
  hub.publish("orders/2", { message: "meanwhile" });
  await comeBack();

  assert.deepEqual(messages(await orders.count(1)), ["meanwhile"]);
});

test("a pattern goes on after the end of one of its topics, and that end comes once", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const jobs = await record(hub, fanfare.jobs());
  await pong(hub, fanfare);
  hub.update("a", { status: "complete" });
  assert.equal((await jobs.count(2))[1].reason, "complete");

  hub.cut();
  hub.update("b", { progress: 0.5 });
  await comeBack();

  assert.deepEqual((await jobs.count(3)).map(({ type, job_id }) => `${type} ${job_id}`), ["job a", "end a", "job b"]);
});

test("a position that was kept is where another page goes on", async (t) => {
  const { hub, fanfare } = await page(t);
  const one = await record(hub, fanfare.topic("orders/1"));
  const all = await record(hub, fanfare.topic("news/*"));
  await pong(hub, fanfare);
  hub.publish("orders/1", { message: 1 });
  hub.publish("news/a", { message: "a" });
  await one.count(1);
  await all.count(1);
  const [position, positions] = [one.subscription.position, JSON.parse(JSON.stringify(all.subscription.position))];
  fanfare.close();
  hub.publish("orders/1", { message: 2 });
  hub.publish("news/a", { message: "b" });

  const { fanfare: other } = await page(t, { url: hub.url });
  assert.deepEqual(messages(await (await record(hub, other.topic("orders/1"), { from: position })).count(1)), [2]);
  assert.deepEqual(messages(await (await record(hub, other.topic("news/*"), { from: positions })).count(1)), ["b"]);
});

test("a pattern names no more positions than a hub takes, the most recently active first", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/*"));
  for (let i = 0; i < 200; i++) hub.publish(`orders/${i}`, { message: i });
  await orders.count(200);
  hub.cut();
  await comeBack();
  const names = Object.keys((await hub.received("subscribe", 2)).after);
  assert.deepEqual([names.length, names[0], names[127]], [128, "orders/199", "orders/72"]);
});

test("a snapshot of what was seen already is not shown again", async (t) => {
  const { hub, fanfare } = await page(t);
  const jobs = await record(hub, fanfare.jobs());
  const update = hub.update("a", { progress: 0.5 });
  hub.say({ ...update, snapshot: true });
  hub.update("a", { progress: 0.6 });
  assert.deepEqual((await jobs.count(2)).map(({ progress }) => progress), [0.5, 0.6]);
});

/** Waits until everything sent before has been answered. */
async function pong(hub, fanfare) {
  await fanfare.topic("pong").publish(null);
}
