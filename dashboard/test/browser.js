// Debian's Chromium, headless. A page that breaks its policy, throws or logs an error fails the test that opened it.
import { mkdirSync } from "node:fs";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const SCREENSHOTS = fileURLToPath(new URL("../target/screenshots/", import.meta.url));
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const HUB_AWAY = /ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED|WebSocket connection to|ERR_INCOMPLETE_CHUNKED_ENCODING|status of 503/;

let browser;

export function useBrowser() {
  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  });
  after(() => browser.close());
}

export async function open(test, url, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && !HUB_AWAY.test(message.text()) && faults.push(message.text()));
  test.after(async () => {
    await context.close();
    if (faults.length) throw new Error(`the page reported: ${faults.join("\n")}`);
  });
  page.setDefaultTimeout(20_000);
  await page.goto(url.href);
  return page;
}

/** Opens the page and waits until it is connected. */
export async function openLive(test, url, options) {
  const page = await open(test, url, options);
  await connection(page, "live");
  return page;
}

export const connection = (page, text) => page.locator("#connection", { hasText: text }).waitFor();

/** A job's row, as it stands in the list of the running or the ended ones, once it reads as said. */
export async function row(page, list, id, text) {
  const found = page.locator(`#${list} [data-id="${id}"]`, { hasText: text });
  await found.waitFor();
  return found;
}

export function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
}
