// Usage: node judge.js eventsource|undici|launchdarkly|chromium <task.json> <results.json>

import { readFileSync, writeFileSync } from "node:fs";
import { read, readAll } from "./reader.js";

const [judge, task, results] = process.argv.slice(2);
const given = JSON.parse(readFileSync(task, "utf8"));

const judges = {
  async eventsource() {
    const { EventSource } = await import("eventsource");
    return readAll(EventSource, {}, given);
  },

  async undici() {
    const { EventSource } = await import("undici");
    return readAll(EventSource, {}, given);
  },

  async launchdarkly() {
    const { EventSource } = (await import("launchdarkly-eventsource")).default;
    // It has to be told on what not to give up, and has a pause of its own.
    const options = { errorFilter: ({ status }) => status !== 204, initialRetryDelayMillis: 20, maxBackoffMillis: 100 };
    return readAll(EventSource, options, given);
  },

  async chromium() {
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ],
    });
    try {
      const tab = await browser.newPage();
      await tab.goto(given.page);
      return await tab.evaluate(`(() => { ${read}; ${readAll}; return readAll(EventSource, {}, ${JSON.stringify(given)}); })()`);
    } finally {
      await browser.close();
    }
  },
};

setInterval(() => {}, 1000); // undici does not count a pause before it comes back as a reason to stay
writeFileSync(results, JSON.stringify(await judges[judge]()));
process.exit(0); // whatever connections a judge keeps
