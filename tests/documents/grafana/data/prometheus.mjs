// A Prometheus of our own over a folder of blocks: started, asked, stopped.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync, closeSync, writeSync, writeFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const freePort = () => new Promise((done) => {
  const server = createServer();
  server.listen(0, "127.0.0.1", () => { const { port } = server.address(); server.close(() => done(port)); });
});

/** Labels as text. */
const labelled = (metric) => {
  const { __name__, ...labels } = metric;
  return Object.entries(labels).filter(([, v]) => v !== "").map(([k, v]) => `${k}="${String(v).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`).join(",");
};

/** A file of samples, and the blocks made from it. */
export class Samples {
  constructor(folder) {
    this.file = join(folder, "samples.om");
    this.handle = openSync(this.file, "w");
    this.count = 0;
  }
  /** Samples of one series: `[seconds, value]`. */
  add(name, metric, values) {
    const head = `${name}{${labelled(metric)}} `;
    for (let i = 0; i < values.length; i += 20000) {
      writeSync(this.handle, values.slice(i, i + 20000).map(([time, value]) => `${head}${value} ${time}\n`).join(""));
    }
    this.count += values.length;
  }
  /** Makes blocks: few and large, so that queries are quick. */
  blocks(data) {
    writeSync(this.handle, "# EOF\n");
    closeSync(this.handle);
    if (this.count > 0) execFileSync("promtool", ["tsdb", "create-blocks-from", "--quiet", "--max-block-duration=1600h", "openmetrics", this.file, data], { stdio: ["ignore", "ignore", "inherit"] });
    rmSync(this.file);
    return this.count;
  }
}

export class Prometheus {
  constructor(folder) {
    this.folder = folder;
    this.data = join(folder, "data");
    mkdirSync(this.data, { recursive: true });
    writeFileSync(join(folder, "prometheus.yml"), "{}\n");
  }
  async start() {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    let said = "";
    this.process = spawn("prometheus", [
      `--config.file=${join(this.folder, "prometheus.yml")}`, `--storage.tsdb.path=${this.data}`, `--web.listen-address=127.0.0.1:${port}`,
      "--storage.tsdb.retention.time=10y", "--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h", "--log.level=warn",
    ], { stdio: ["ignore", "ignore", "pipe"] });
    this.process.stderr.on("data", (d) => { said += d; });
    for (let waited = 0; waited < 60; waited += 0.05) {
      if (this.process.exitCode !== null) throw new Error(`prometheus ended: ${said}`);
      if (await fetch(`${this.url}/-/ready`).then((r) => r.ok, () => false)) return;
      await new Promise((r) => setTimeout(r, 50));
    }
    throw new Error(`prometheus doesn't become ready: ${said}`);
  }
  async stop() {
    if (!this.process) return;
    const ended = new Promise((r) => this.process.once("exit", r));
    this.process.kill("SIGTERM");
    await ended;
    this.process = undefined;
  }
  /** Range query in portions that Prometheus answers: series with `[seconds, "value"]`. */
  async range(query, start, end, step) {
    const all = new Map();
    for (let from = start; from <= end; from += 10_000 * step) {
      const to = Math.min(end, from + 9_999 * step);
      const body = new URLSearchParams({ query, start: from, end: to, step });
      const answer = await fetch(`${this.url}/api/v1/query_range`, { method: "POST", body }).then((r) => r.json());
      if (answer.status !== "success") throw new Error(`${answer.error} in ${query}`);
      for (const { metric, values } of answer.data.result) {
        const key = JSON.stringify(metric);
        if (all.has(key)) for (const v of values) all.get(key).values.push(v);
        else all.set(key, { metric, values });
      }
    }
    return [...all.values()];
  }
}
