import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, page, record, uncaught } from "./fixture.js";
import { Recorder } from "./hub.js";

test("one connection serves topics, patterns and jobs", async (t) => {
  const { hub, fanfare } = await page(t);
  const sources = [fanfare.topic("orders/1"), fanfare.topic("orders/2"), fanfare.topic("news/*"), fanfare.job("a"), fanfare.job("b/*")];
  for (const source of sources) await record(hub, source);
  assert.equal(hub.connections, 1);
});

test("the same app and address are the same connection", async (t) => {
  const { hub, fanfare } = await page(t);
  const { connect } = await import("fanfare-client");
  assert.equal(connect({ url: hub.url }), fanfare);
  assert.notEqual(connect({ url: hub.url, app: "shop" }), fanfare);
});

test("a topic and a pattern that holds it each get every event once", async (t) => {
  const { hub, fanfare } = await page(t);
  const all = await record(hub, fanfare.topic("orders/**"));
  const one = await record(hub, fanfare.topic("orders/1"), { from: "earliest" });
  hub.publish("orders/1", { message: 1 });
  hub.publish("orders/1", { message: 2 }, { close: "done" });
  assert.deepEqual(messages(await one.count(3)), [1, 2, undefined]);
  assert.deepEqual(messages(await all.count(3)), [1, 2, undefined]);
  assert.equal(hub.connections, 2);
});

test("more subscriptions than a connection may name take a second one", async (t) => {
  const { hub, fanfare } = await page(t);
  for (let i = 0; i < 130; i++) fanfare.job(`${i}`).watch(() => {});
  await hub.received("subscribe", 130);
  assert.equal(hub.connections, 2);
  assert.equal(hub.of("subscribe").filter(({ connection }) => connection === 1).length <= 128, true);
});

test("a second watcher of a job shares the first one's subscription and begins with the state", async (t) => {
  const { hub, fanfare } = await page(t);
  const first = await record(hub, fanfare.job("a"));
  hub.update("a", { progress: 0.5 });
  await first.count(1);

  const second = new Recorder();
  fanfare.job("a").on("update", second.add).on("end", second.add);
  assert.deepEqual([(await second.count(1))[0].progress, second.all[0].snapshot], [0.5, true]);
  hub.update("a", { status: "failed", error: "disk full" });

  const [, update, end] = await second.count(3);
  assert.deepEqual([update.error, end.reason], ["disk full", "failed"]);
  assert.equal((await first.count(3))[2].reason, "failed");
  assert.equal(hub.of("subscribe").length, 1);
});

test("who joins a subscription is told at once that it stands", async (t) => {
  const { hub, fanfare } = await page(t);
  const first = new Recorder(), second = new Recorder();
  fanfare.topic("orders/1").on("subscribed", first.add);
  const [{ position }] = await first.count(1);
  fanfare.topic("orders/1").on("subscribed", second.add);
  assert.deepEqual(await second.count(1), [{ type: "subscribed", position }]);
  assert.equal(hub.of("subscribe").length, 1);
});

test("a job that has ended shows its last state and its end to those who come later", async (t) => {
  const { hub, fanfare } = await page(t);
  hub.update("a", { status: "complete", results: { rows: 3 } });
  const [update, end] = await (await record(hub, fanfare.job("a"))).count(2);
  assert.deepEqual([update.results, update.snapshot, end.reason], [{ rows: 3 }, true, "complete"]);
});

test("nothing comes after close, and the hub is told when nobody is left", async (t) => {
  const { hub, fanfare } = await page(t);
  const first = await record(hub, fanfare.topic("orders/1"));
  const second = new Recorder();
  const subscription = fanfare.topic("orders/1").subscribe(second.add);
  first.subscription.close();
  hub.publish("orders/1", { message: 1 });
  assert.deepEqual([messages(await second.count(1)), first.all], [[1], []]);
  assert.deepEqual(hub.of("unsubscribe"), []);
  subscription.close();
  assert.equal((await hub.received("unsubscribe")).topic, "orders/1");
});

test("what was under way for a closed subscription does not reach the next one of that name", async (t) => {
  const { hub, fanfare } = await page(t);
  const first = await record(hub, fanfare.topic("orders/1"));
  hub.answerNext("unsubscribe", null);
  first.subscription.close();
  const second = new Recorder();
  hub.answerNext("subscribe", null);
  fanfare.topic("orders/1").subscribe(second.add);
  const { id } = await hub.received("subscribe", 2);
  hub.publish("orders/1", { message: "of the first" });
  hub.say({ type: "ok", id, position: "e1-1-00000000" });
  hub.publish("orders/1", { message: "of the second" });
  assert.deepEqual(messages(await second.count(1)), ["of the second"]);
});

test("attempts to come back wait longer and longer, up to a bound, and start afresh after an answer", async (t) => {
  const { hub, clock, fanfare, states, turnedInto } = await page(t);
  await record(hub, fanfare.topic("orders/1"));
  const { port } = hub;
  await hub.stop();
  const waits = [];
  for (let attempt = 1; attempt <= 8; attempt++) {
    await turnedInto("waiting", attempt);
    waits.push(clock.next());
  }
  assert.deepEqual(waits, [200, 400, 800, 1600, 3200, 6400, 10000, 10000]); // the lower half: luck is 0
  await turnedInto("waiting", 9);
  await hub.listen(port);
  clock.next();
  await turnedInto("open", 2);
  await fanfare.topic("pong").publish(null);
  hub.cut();
  await turnedInto("waiting", 10);
  assert.equal(clock.next(), 200);
});

test("luck spreads the attempts over half of the pause", async (t) => {
  const { hub, clock, fanfare, turnedInto } = await page(t, { random: () => 0.5 });
  await record(hub, fanfare.topic("orders/1"));
  hub.cut();
  await turnedInto("waiting");
  assert.equal(clock.next(), 300);
});

test("a hub that says goodbye is left alone for as long as it asked", async (t) => {
  const { hub, clock, fanfare, turnedInto } = await page(t);
  await record(hub, fanfare.topic("orders/1"));
  await fanfare.topic("pong").publish(null);
  hub.say({ type: "goodbye", after_ms: 2345 });
  await fanfare.topic("pong").publish(null);
  hub.cut();
  await turnedInto("waiting");
  assert.equal(clock.next(), 2345);
});

test("a refused connection is tried again after the time that the hub names", async (t) => {
  const { hub, clock, fanfare, turnedInto } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/1"));
  hub.say({ type: "refused", code: "too_many_connections", retry_after_ms: 3000 });
  assert.equal((await orders.count(1))[0].code, "too_many_connections");
  await turnedInto("waiting");
  assert.equal(clock.next(), 3000);
});

test("a silent connection is asked, and kept when it answers", async (t) => {
  const { hub, clock, fanfare, states } = await page(t);
  await record(hub, fanfare.topic("orders/1"));
  await fanfare.topic("pong").publish(null);
  clock.advance(10_000);
  clock.advance(10_000);
  await hub.received("ping");
  await fanfare.topic("pong").publish(null);
  clock.advance(5_000);
  assert.equal(fanfare.state, "open");
  assert.equal(states.all.includes("waiting"), false);
});

test("a connection that no longer answers is replaced, though the socket is still open", async (t) => {
  const { hub, clock, fanfare, comeBack } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/1"));
  await fanfare.topic("pong").publish(null);
  hub.isMute = true;
  clock.advance(25_000);
  hub.isMute = false;
  await comeBack();
  hub.publish("orders/1", { message: "here again" });
  assert.deepEqual(messages(await orders.count(1)), ["here again"]);
});

test("a page that wakes up asks at once, and does not wait for long", async (t) => {
  const { hub, clock, fanfare } = await page(t);
  await record(hub, fanfare.topic("orders/1"));
  await fanfare.topic("pong").publish(null);
  hub.isMute = true;
  fanfare.wake();
  await hub.received("ping");
  clock.advance(2_000);
  assert.equal(fanfare.state, "waiting");
  fanfare.wake();
  assert.equal(fanfare.state, "connecting");
});

test("a hub that accepts nothing is given up after a while", async (t) => {
  const { clock, fanfare } = await page(t, { WebSocket: class { close() {} } });
  fanfare.topic("orders/1").subscribe(() => {});
  assert.equal(fanfare.state, "connecting");
  clock.advance(10_000);
  assert.equal(fanfare.state, "waiting");
});

test("degraded and recovered are told to all", async (t) => {
  const { hub, fanfare, states } = await page(t);
  const orders = await record(hub, fanfare.topic("orders/1"));
  hub.say({ type: "degraded", code: "store_unavailable" });
  hub.say({ type: "recovered" });
  assert.deepEqual((await orders.count(2)).map(({ type }) => type), ["degraded", "recovered"]);
  assert.deepEqual(states.all, ["connecting", "open", "degraded", "open"]);
});

test("a listener that throws is reported and does not stop the others", async (t) => {
  const { hub, fanfare } = await page(t);
  const seen = new Recorder();
  const subscription = fanfare.topic("orders/1").subscribe(() => { throw new Error("mine"); });
  subscription.on("event", seen.add);
  await hub.received("subscribe");
  const thrown = uncaught();
  hub.publish("orders/1", { message: 1 });
  assert.deepEqual(messages(await seen.count(1)), [1]);
  assert.equal((await thrown).message, "mine");
});

test("a closed connection ends everything and rejects what waits", async (t) => {
  const { hub, fanfare } = await page(t);
  hub.answerNext("publish", null);
  const receipt = fanfare.topic("orders/1").publish(1);
  await hub.received("publish");
  fanfare.close();
  await assert.rejects(receipt, { name: "FanfareError", code: "closed" });
  assert.equal(fanfare.state, "closed");
});
