// How each judge reads: with nothing but what every EventSource has. Also runs in the browser, so it uses no import.

/** Reads one stream to the ends of all its topics; returns [type, data, id] of each event. */
export function read(Source, options, stream, names, seconds) {
  return new Promise((resolve, reject) => {
    const events = [];
    const positions = new Set();
    const ended = new Set();
    const source = new Source(stream.url, options);
    const late = setTimeout(() => {
      const state = `state ${source.readyState}, ${events.length} events, the last ${events.at(-1)}`;
      reject(new Error(`${stream.id} is not at its end after ${seconds} s: ${state}`));
    }, seconds * 1000);
    let finished = false;
    const finish = () => {
      finished = true;
      clearTimeout(late);
      source.close();
      resolve(events);
    };
    const take = (event) => {
      if (event.data === undefined) {
        return; // not of the stream: one judge has an event "end" of its own
      }
      events.push([event.type, event.data, event.lastEventId ?? ""]);
      const { type, topic, position } = JSON.parse(event.data);
      if (type === "event") {
        positions.add(`${topic} ${position}`);
      } else if (type === "end") {
        ended.add(topic);
      }
      if (ended.size === stream.ends && positions.size >= stream.events) {
        finish();
      }
    };
    const lookWhetherOver = () => {
      if (source.readyState === 2 && !finished) { // the hub has said that all has ended; a mere cut is no news
        events.push(["stopped", "", ""]);
        finish();
      }
    };
    source.addEventListener("error", () => setTimeout(lookWhetherOver)); // one judge tells first, then stops
    for (const name of ["message", "subscribed", "gap", "end", "refused", ...names]) {
      source.addEventListener(name, take);
    }
  });
}

/** Reads all streams, some at a time. */
export async function readAll(Source, options, { streams, names, atOnce, seconds }) {
  const results = {};
  let next = 0;
  const work = async () => {
    while (next < streams.length) {
      const stream = streams[next++];
      results[stream.id] = await read(Source, options, stream, names, seconds);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
