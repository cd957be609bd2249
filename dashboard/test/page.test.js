import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { connection, openLive, row, screenshot, useBrowser } from "./browser.js";
import { useHub, Wire } from "./hub.js";

useBrowser();
const hub = useHub();

test("an empty page shows a command that works as it stands", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await page.locator("#empty").waitFor();
  await screenshot(page, "empty");
  execFileSync("sh", ["-c", await page.locator("#command").textContent()], { stdio: "pipe" });
  await row(page, "running", "42", "40 %");
  await page.locator("#empty").waitFor({ state: "hidden" });
});

test("two tabs show the same", async (t) => {
  const app = hub.app();
  const tabs = [await openLive(t, app.page()), await openLive(t, app.page())];
  await app.job("import", { progress: 0.25, message: "a quarter" });
  await app.job("import", { progress: 0.5, message: "half" });
  await app.job("export", { status: "complete" });
  const shown = [];
  for (const tab of tabs) {
    await row(tab, "running", "import", "half");
    await row(tab, "ended", "export", "complete");
    shown.push(await tab.locator("#jobs .job .name").allTextContents());
  }
  assert.deepEqual(shown, [["import", "export"], ["import", "export"]]);
});

test("a reload in the middle goes on where the job is", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await app.job("import", { progress: 0.3, message: "a third" });
  await app.job("old", { status: "complete", message: "done before" });
  await row(page, "running", "import", "30 %");
  await page.reload();
  await row(page, "running", "import", "30 %");
  await row(page, "ended", "old", "done before");
  await app.job("import", { progress: 0.6 });
  await row(page, "running", "import", "60 %");
});

test("a cut in the middle loses nothing and shows nothing twice", async (t) => {
  const app = hub.app();
  const wire = await Wire.to(t, app.hub);
  const page = await openLive(t, app.page(wire));
  await app.publish("orders/1", "first");
  await page.locator("#tail li", { hasText: "first" }).waitFor();
  wire.cut();
  await app.publish("orders/1", "second");
  await app.publish("orders/2", "of a new topic");
  await app.job("import", { progress: 0.9 });
  await row(page, "running", "import", "90 %");
  await page.locator("#tail li", { hasText: "of a new topic" }).waitFor();
  await page.locator("#tail li", { hasText: "second" }).waitFor();
  assert.deepEqual((await page.locator("#tail p").allTextContents()).sort(), ["first", "of a new topic", "second"]);
});

test("a job that fails says why, and one that is cancelled is neither failed nor complete", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await app.job("unpack", { progress: 0.4 });
  await app.job("unpack", { status: "failed", error: "unexpected end of broken.gz" });
  await app.job("scan", { progress: null, message: "looking" });
  await app.job("scan", { status: "cancelled", message: "stopped by hand" });
  await row(page, "ended", "unpack", "unexpected end of broken.gz");
  await row(page, "ended", "scan", "cancelled");
  const counts = await page.locator("#figures dd").allTextContents();
  assert.deepEqual(counts, ["0", "0", "1", "1"]);
  await page.locator("#tail li", { hasText: "unexpected end" }).waitFor();
});

test("a job that is tried again runs again", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await app.job("import", { status: "failed", error: "no" });
  await row(page, "ended", "import", "failed");
  await app.job("import", { attempt: 2, progress: 0.1 });
  await row(page, "running", "import", "attempt 2");
  assert.deepEqual(await page.locator("#figures dd").allTextContents(), ["1", "0", "0", "0"]);
  assert.equal(await page.locator('[data-id="import"]').count(), 1);
});

test("a hub that is killed is said to be away; back again, what it forgot is gone and what goes on goes on", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await app.job("lost", { progress: 0.2 });
  await app.job("import", { progress: 0.5 });
  await row(page, "running", "import", "50 %");
  await row(page, "running", "lost", "20 %");
  await hub.kill();
  await connection(page, "reconnecting");
  await screenshot(page, "hub-away");
  await hub.launch();
  await app.job("import", { progress: 0.55 });
  await connection(page, "live");
  await row(page, "running", "import", "55 %");
  await page.locator('[data-id="lost"]').waitFor({ state: "detached" });
  await app.job("import", { status: "complete" });
  await row(page, "ended", "import", "complete");
});

test("a hub that is told to stop stops while pages watch, and they come back to it", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await hub.kill("SIGTERM");
  await connection(page, "reconnecting");
  await hub.launch();
  await connection(page, "live");
  await app.job("after", { progress: 0.5 });
  await row(page, "running", "after", "50 %");
});

test("what is published is text, whatever it looks like", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  const evil = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
  await app.publish("evil", { evil }, { "Fanfare-Event": "<b>bold</b>" });
  await app.job("evil<i>", { progress: 0.5, message: evil });
  await app.job("failed<i>", { status: "failed", error: evil });
  await page.locator("#tail li", { hasText: "onerror" }).first().waitFor();
  await row(page, "running", "evil<i>", "onerror");
  await row(page, "ended", "failed<i>", "onerror");
  assert.equal(await page.locator("main img, main script, #tail b b, .name i").count(), 0);
  assert.doesNotMatch(await page.title(), /owned/);
});

test("the tail can be paused, and says how much waits", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await app.publish("news", "one");
  await page.locator("#tail li", { hasText: "one" }).waitFor();
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await app.publish("news", "two");
  const resume = page.getByRole("button", { name: "Resume · 1 new", pressed: true });
  await resume.waitFor();
  assert.equal(await page.locator("#tail li").count(), 1);
  await resume.press("Enter");
  await page.locator("#tail li", { hasText: "two" }).waitFor();
});

test("a flood is counted where it is not shown", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await page.getByRole("button", { name: "Pause" }).click();
  await Promise.all(Array.from({ length: 50 }, (_, i) => app.publish("flood", i)));
  await page.getByRole("button", { name: "Resume · 50 new" }).click();
  await page.locator("#tail li", { hasText: "20 more" }).waitFor();
  assert.equal(await page.locator("#tail li b").count(), 30);
});

test("another app is another page", async (t) => {
  const [app, other] = [hub.app(), hub.app()];
  const page = await openLive(t, app.page());
  await other.job("not-here", { progress: 0.5 });
  await app.job("here", { progress: 0.4 });
  await row(page, "running", "here", "40 %");
  assert.equal(await page.locator("#running li").count(), 1);
});

test("a job waits until it is begun, and is counted as running from then on", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await app.job("first", { progress: 0.1 });
  await app.job("later", { status: "pending", message: "53 MB" });
  await row(page, "waiting", "later", "53 MB");
  assert.equal(await page.locator("[data-count=running]").textContent(), "1");
  await app.job("later", { status: "processing", progress: 0.2 });
  await row(page, "running", "later", "20 %");
  assert.deepEqual(await page.locator("#running .name").allTextContents(), ["first", "later"]);
  await page.locator("#waiting-section").waitFor({ state: "hidden" });
});

test("only the newest of the ended jobs are shown, the rest on demand, and all are counted", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await Promise.all(Array.from({ length: 104 }, (_, i) => app.job(`job-${i + 1}`, { status: "complete" })));
  await app.job("job-105", { status: "complete" });
  await row(page, "ended", "job-105", "complete");
  assert.equal(await page.locator("#ended li:visible").count(), 10);
  await page.getByRole("button", { name: "Show all 100" }).press("Enter");
  assert.equal(await page.locator("#ended li:visible").count(), 100);
  assert.equal(await page.locator("[data-count=complete]").textContent(), "105");
});

test("the page fits and can be read: light and dark, from a phone to a wide screen", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page(), { deviceScaleFactor: 2 });
  await fill(app);
  await row(page, "running", "thumbnails/holiday", "37 %");
  await row(page, "ended", "unpack broken.gz", "Unexpected end");
  await page.locator("#tail li").nth(14).waitFor();
  for (const [name, width, height] of [["phone", 320, 640], ["tablet", 800, 1000], ["desktop", 1280, 860], ["wide", 1920, 1080]]) {
    await page.setViewportSize({ width, height });
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overhang <= 0, `${name}: ${overhang} pixels wider than the screen`);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `${name}-${colorScheme}`);
      assert.deepEqual(await page.evaluate(faintTexts), [], `${name}, ${colorScheme}`);
    }
  }
});

test("all can be reached and worked with the keyboard", async (t) => {
  const app = hub.app();
  const page = await openLive(t, app.page());
  await page.locator("#empty").waitFor();
  const reached = [];
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.textContent.trim()));
  }
  assert.deepEqual(reached, ["Skip to the jobs", "Copy", "Pause"]);
  await app.job("a", { progress: 0.4, message: "half" });
  const { role, name, value, text } = await (await row(page, "running", "a", "40 %")).locator("[role=progressbar]").evaluate((bar) => ({
    role: bar.role, name: bar.ariaLabel, value: bar.ariaValueNow, text: bar.ariaValueText,
  }));
  assert.deepEqual({ role, name, value, text }, { role: "progressbar", name: "a", value: "40", text: "40 %" });
});

async function fill(app) {
  await app.job("warm-up", { status: "cancelled", message: "not needed any more" });
  await app.job("hash modules", { status: "complete", message: "1,519 files, 184 MB" });
  await app.job("unpack broken.gz", { status: "failed", error: "Unexpected end of ZLIB input stream at byte 4,096 of broken.gz" });
  await app.job("nightly report", { status: "pending", message: "waiting for a worker" });
  await app.job("scan network", { status: "processing", progress: null, message: "counting what there is" });
  for (const [id, progress] of [["import-42", 0.82], ["count words in a folder whose name does not want to end", 0.55]])
    await app.job(id, { progress, message: `${Math.floor(progress * 2310)} of 2,310 files` });
  for (const progress of [0.31, 0.34, 0.37]) await app.job("thumbnails/holiday", { progress, message: `${Math.floor(progress * 812)} of 812 pictures` });
  for (let i = 0; i < 12; i++)
    await app.publish(`orders/${40 + (i % 5)}`, { total: 12 + i, currency: "EUR" }, i % 3 ? { "Fanfare-Event": "created" } : {});
}

/** Texts with less contrast to what is behind them than WCAG AA asks for. Runs in the page. */
function faintTexts() {
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    const color = getComputedStyle(node).backgroundColor;
    return color === "rgba(0, 0, 0, 0)" ? behind(node.parentElement) : color;
  };
  const hasText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  return [...document.querySelectorAll("body *")].filter((node) => hasText(node) && node.checkVisibility()).flatMap((node) => {
    const { color, opacity, fontSize } = getComputedStyle(node);
    const [dark, light] = [luminance(color), luminance(behind(node))].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    const isLarge = parseFloat(fontSize) >= 24;
    return opacity === "1" && ratio < (isLarge ? 3 : 4.5) ? [`${node.textContent} ${ratio.toFixed(2)}`] : [];
  });
}
