import { WebSocket } from "ws";
import { connect } from "fanfare-client";
import { Recorder, TestClock, TestHub } from "./hub.js";

/** A hub, and a page connected to it whose timers and luck are the test's. All of it goes when the test ends. */
export async function page(test, options) {
  const hub = await TestHub.start();
  const clock = new TestClock(), states = new Recorder();
  const fanfare = connect({ url: hub.url, WebSocket, later: clock.later, random: () => 0, ...options });
  fanfare.on("state", states.add);
  test.after(async () => {
    fanfare.close();
    await hub.stop();
  });
  const turnedInto = (state, times = 1) => states.until((all) => all.filter((it) => it === state).length >= times);
  /** Waits until the cut has been seen, and ends the pause before the next attempt. */
  const comeBack = async (times = 1) => {
    await turnedInto("waiting", times);
    clock.next();
    await turnedInto("open", times + 1);
  };
  return { hub, clock, states, fanfare, turnedInto, comeBack };
}

/** Subscribes with a recorder for everything that comes, and waits until the hub has agreed. */
export async function record(hub, source, options) {
  const recorder = new Recorder(), asked = hub.of("subscribe").length;
  const types = ["event", "update", "gap", "end", "degraded", "recovered", "refused", "error"];
  const subscription = source.subscribe(Object.fromEntries(types.map((type) => [type, recorder.add])), options);
  await hub.received("subscribe", asked + 1);
  return Object.assign(recorder, { subscription });
}

export const messages = (deliveries) => deliveries.map(({ message }) => message);

/** Resolves with the next error that nobody catches. */
export function uncaught() {
  return new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback((error) => {
      process.setUncaughtExceptionCaptureCallback(null);
      resolve(error);
    });
  });
}
