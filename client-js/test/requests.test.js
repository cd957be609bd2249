import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { connect } from "fanfare-client";
import { messages, page, record, uncaught } from "./fixture.js";

test("a publish is answered with its receipt, and carries all that was asked for", async (t) => {
  const { hub, fanfare } = await page(t);
  const { position, durability } = await fanfare.topic("orders/1").publish({ total: 12 }, { event: "paid", key: "k1", snapshot: true, conflate: true, close: "done" });
  assert.deepEqual([position, durability], ["e1-1-00000000", "memory"]);
  const { id, connection, ...frame } = await hub.received("publish");
  assert.deepEqual(frame, {
    type: "publish", topic: "orders/1", message: { total: 12 }, event: "paid", idempotency_key: "k1", snapshot: true, conflate: true, close: "done",
  });
});

test("a refused publish is an error with the hub's code", async (t) => {
  const { hub, fanfare } = await page(t);
  hub.answerNext("publish", { type: "error", code: "topic_closed", detail: "topic orders/1 is closed: sold out" });
  await assert.rejects(fanfare.topic("orders/1").publish(1), { name: "FanfareError", code: "topic_closed", message: "topic orders/1 is closed: sold out" });
});

test("a publish that a cut left unanswered is sent again under the same key", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  hub.answerNext("publish", null);
  const receipt = fanfare.topic("orders/1").publish("once");
  const first = await hub.received("publish");
  hub.cut();
  await comeBack();
  const second = await hub.received("publish", 2);
  assert.equal((await receipt).position, "e1-1-00000000");
  assert.ok(first.idempotency_key);
  assert.equal(second.idempotency_key, first.idempotency_key);
});

test("so is a job's update", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  hub.answerNext("job", null);
  const state = fanfare.job("a").update({ progress: 0.5 });
  const first = await hub.received("job");
  hub.cut();
  await comeBack();
  const second = await hub.received("job", 2);
  assert.equal((await state).progress, 0.5);
  assert.deepEqual([first.idempotency_key.length > 20, second.idempotency_key], [true, first.idempotency_key]);
});

test("two publishes have different keys", async (t) => {
  const { hub, fanfare } = await page(t);
  await Promise.all([fanfare.topic("a").publish(1), fanfare.topic("a").publish(1)]);
  const [first, second] = hub.of("publish");
  assert.notEqual(first.idempotency_key, second.idempotency_key);
});

test("what is published while there is no hub arrives when it comes, in order", async (t) => {
  const { hub, fanfare, turnedInto, clock } = await page(t);
  await fanfare.topic("a").publish(0);
  const { port } = hub;
  await hub.stop();
  await turnedInto("waiting");
  const receipts = [1, 2, 3].map((message) => fanfare.topic("a").publish(message));
  await hub.listen(port);
  clock.next();
  await Promise.all(receipts);
  assert.deepEqual(messages(hub.of("publish")), [0, 1, 2, 3]);
});

test("a publish without an answer is given up after half a minute", async (t) => {
  const { hub, fanfare, clock } = await page(t);
  hub.isMute = true;
  const receipt = fanfare.topic("orders/1").publish(1);
  await hub.received("publish");
  clock.advance(30_000);
  await assert.rejects(receipt, { code: "timeout" });
});

test("a job's update is answered with its state", async (t) => {
  const { fanfare } = await page(t);
  const { progress, status } = await fanfare.job("import-42").update({ progress: 0.4, message: "half" });
  assert.deepEqual([progress, status], [0.4, "processing"]);
});

test("an update after the end is refused with the final state", async (t) => {
  const { fanfare } = await page(t);
  await fanfare.job("a").update({ status: "complete" });
  await assert.rejects(fanfare.job("a").update({ progress: 0.1 }), { code: "job_ended", state: { status: "complete" } });
});

test("a subscription refused for good is an error and not asked for again", async (t) => {
  const { hub, fanfare, comeBack } = await page(t);
  const good = await record(hub, fanfare.topic("good"));
  hub.answerNext("subscribe", { type: "error", code: "bad_topic", detail: "topic \"a//b\" has an empty segment" });
  const bad = await record(hub, fanfare.topic("a//b"));
  assert.deepEqual((await bad.count(1))[0].code, "bad_topic");
  hub.cut();
  await comeBack();
  hub.publish("good", { message: 1 });
  await good.count(1);
  assert.deepEqual(hub.of("subscribe").map(({ topic }) => topic), ["good", "a//b", "good"]);
});

test("a refusal that nobody listens for is an uncaught error", async (t) => {
  const { hub, fanfare } = await page(t);
  hub.answerNext("subscribe", { type: "error", code: "bad_topic", detail: "no" });
  const thrown = uncaught();
  fanfare.topic("a//b").subscribe(() => {});
  assert.equal((await thrown).code, "bad_topic");
});

test("a subscription refused because the store is away is asked for again until it works", async (t) => {
  const { hub, fanfare, clock } = await page(t);
  for (let i = 0; i < 2; i++) hub.answerNext("subscribe", { type: "error", code: "store_unavailable", detail: "the store is away" });
  const orders = await record(hub, fanfare.topic("orders/1"));
  for (const [pause, asked] of [[200, 2], [400, 3]]) {
    await fanfare.topic("pong").publish(null);
    clock.advance(pause);
    await hub.received("subscribe", asked);
  }
  hub.publish("orders/1", { message: 1 });
  assert.deepEqual(messages(await orders.count(1)), [1]);
});

test("a state is asked for by HTTP, under the name as it is", async (t) => {
  const answers = { "/v1/shop/jobs/a%20b/c%3F": [200, { job_id: "a b/c?" }], "/v1/shop/topics/bad": [400, { code: "bad_topic", detail: "no" }] };
  const server = createServer(({ url }, response) => {
    const [status, body] = answers[url] ?? [404, { code: "not_found" }];
    response.writeHead(status).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const fanfare = connect({ url: `http://127.0.0.1:${server.address().port}`, app: "shop" });
  t.after(() => server.close());
  assert.deepEqual(await fanfare.job("a b/c?").state(), { job_id: "a b/c?" });
  assert.equal(await fanfare.topic("none").state(), null);
  await assert.rejects(fanfare.topic("bad").state(), { code: "bad_topic" });
  fanfare.close();
});
