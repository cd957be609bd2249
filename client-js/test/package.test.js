import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const source = new URL("../src/main/resources/dev/fanfare/clientjs/client.js", import.meta.url);

test("client.js is under 6 KiB gzipped", () => {
  const { length } = gzipSync(readFileSync(source));
  assert.ok(length < 6 * 1024, `${length} bytes`);
});

test("the types fit a page that uses all of them", () => {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "--project", "test/tsconfig.json"], { cwd: folder, stdio: "pipe" });
});
