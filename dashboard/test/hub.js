// A real hub in a process of its own: FANFARE_COMMAND says how it is started, `../fanfare` unless set.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { after, before } from "node:test";

const [command, ...first] = (process.env.FANFARE_COMMAND ?? "../fanfare").split(" ");

/** A hub for all tests of a file, each of which takes an app of its own. */
export function useHub() {
  const hub = new Hub();
  before(() => hub.launch());
  after(() => hub.kill());
  return hub;
}

export class Hub {
  async launch(port = this.url?.port ?? 0) {
    this.process = spawn(command, [...first, "serve", "--port", `${port}`, "--output", "json"], { stdio: ["ignore", "pipe", "inherit"] });
    this.exited = once(this.process, "exit");
    process.once("exit", () => this.process.kill("SIGKILL"));
    for await (const line of createInterface({ input: this.process.stdout })) {
      this.url = new URL(JSON.parse(line).url);
      return;
    }
    throw new Error(`${command} serve ended before it said where it listens`);
  }

  /** Ends the process as a power cut would, or as the signal has it. */
  async kill(signal = "SIGKILL") {
    this.process.kill(signal);
    await this.exited;
  }

  app() {
    return new App(this, `test-${++apps}`);
  }
}

let apps = 0;

export class App {
  constructor(hub, name) {
    Object.assign(this, { hub, name });
  }

  /** Where the page of this app is, by way of the wire if there is one. */
  page(wire = this.hub) {
    return new URL(`/?app=${this.name}`, wire.url);
  }

  job(id, update) {
    return this.#post(`jobs/${encodeURIComponent(id)}`, update);
  }

  publish(topic, message, headers) {
    return this.#post(`topics/${topic}`, message, headers);
  }

  async #post(path, body, headers) {
    const answer = await fetch(new URL(`v1/${this.name}/${path}`, this.hub.url), {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

/** A way to the hub that can be cut while the hub goes on. */
export class Wire {
  #sockets = new Set();

  static async to(test, hub) {
    const wire = new Wire();
    wire.server = createServer((near) => wire.#join(near, connect(hub.url.port, hub.url.hostname)));
    wire.server.listen(0, "127.0.0.1");
    await once(wire.server, "listening");
    wire.url = new URL(`http://127.0.0.1:${wire.server.address().port}`);
    test.after(() => {
      wire.cut();
      wire.server.close();
    });
    return wire;
  }

  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(...ends) {
    for (const end of ends) {
      this.#sockets.add(end);
      end.on("error", () => {}); // its other end is cut then
      end.on("close", () => {
        this.#sockets.delete(end);
        ends.forEach((other) => other.destroy());
      });
    }
    ends[0].pipe(ends[1]).pipe(ends[0]);
  }
}
