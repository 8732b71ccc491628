// Draws the flagship's dashboards with Grafana's own visualisations, over what its generated rules make of raw counters,
// at five moments of a shop's month; and the overview of forty journeys.
// Usage: node check.mjs path/to/slovo [--pictures FOLDER] [--history FOLDER] [--only TEXT] [--every]
//   --pictures  keeps the pictures there
//   --history   keeps the evaluated month there, and takes it from there the next time
//   --only      draws the boards whose file name this regular expression finds
//   --every     every board at every moment at both widths in both themes; without, that is done at the moment of the incident
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as forty from "./data/forty.mjs";
import { make } from "./data/history.mjs";
import { Prometheus } from "./data/prometheus.mjs";
import { stories } from "./data/shop.mjs";
import { Browser } from "./draw.mjs";
import { judge } from "./judge.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { pictures: { type: "string" }, history: { type: "string" }, only: { type: "string" }, every: { type: "boolean" } },
});
const slovo = resolve(positionals[0] ?? "target/release/slovo");
const began = performance.now();
const say = (text) => console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)}s  ${text}`);
const work = mkdtempSync(join(tmpdir(), "slovo-dashboards-"));
const pictures = flags.pictures && resolve(flags.pictures);
if (pictures) mkdirSync(pictures, { recursive: true });
const number = (n) => n.toLocaleString("en");
/** What is wrong: each sentence with the pictures it is true of. */
const wrong = new Map();
const note = (sentence, picture) => wrong.set(sentence, [...(wrong.get(sentence) ?? []), picture]);

const WIDTHS = [1280, 1600];
const MODES = ["light", "dark"];
const VARIANTS = WIDTHS.flatMap((width) => MODES.map((mode) => ({ width, mode })));
/** One of both widths and both themes. */
const TWO = [VARIANTS[0], VARIANTS[3]];
const KINDS = ["overview", "journey", "promise"];
/** The incident in all variants; at the other moments each board narrow and light, of each kind one also wide and dark, another each time. */
const variantsOf = (boards, board, story) => {
  if (flags.every || story === "incident") return VARIANTS;
  const at = Object.keys(stories).indexOf(story);
  const kind = KINDS.find((k) => board.dash.tags.includes(k));
  const alike = boards.filter((b) => b.dash.tags.includes(kind));
  return alike[at % alike.length] === board ? TWO : [VARIANTS[0]];
};
/** A screen and a half of 1080p. */
const TALLEST = 1620;
const MOST_SAMPLES = 50_000;

const build = (project, name) => {
  const folder = join(work, name);
  execFileSync(slovo, ["-q", "-C", project, "build", "-o", folder, "--today", "2026-11-16"], { stdio: ["ignore", "inherit", "inherit"] });
  return folder;
};
const boardsOf = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((f) => f.endsWith(".json"))
    .sort()
    .map((f) => ({ name: basename(f, ".json"), dash: JSON.parse(readFileSync(join(folder, f), "utf8")) }))
    .filter(({ dash }) => Array.isArray(dash.panels));

/** Draws a board in some variants; prints a line. */
const look = async (page, story, now, { name, dash }, variants) => {
  const all = [];
  for (const { width, mode } of variants) {
    const drawn = await page.draw(dash, now, width, mode);
    const file = `${story}-${name}-${width}-${mode}.png`;
    if (pictures) writeFileSync(join(pictures, file), drawn.picture);
    for (const w of await judge(story, dash, drawn, page.colours)) note(`${name}: ${w}`, `${story} ${width} ${mode}`);
    all.push(drawn);
  }
  const count = (status) => Math.max(...all.map((d) => d.panels.filter((p) => p.status === status).length));
  const most = all.reduce((a, b) => (b.samples > a.samples ? b : a));
  say(`${story.padEnd(10)} ${name.padEnd(34)} ${count("ok")} ok, ${count("no data")} without data, ${count("error")} wrong; ${number(most.samples)} samples in ${most.queries} queries; ${most.height} px`);
  return all;
};

/** Works through tasks on two pages: the machines of CI have two cores. */
const together = async (browser, tasks) => {
  const waiting = [...tasks];
  const one = async () => {
    const page = await browser.page();
    for (let task = waiting.shift(); task; task = waiting.shift()) await task(page);
  };
  await Promise.all([one(), one()]);
};

/** The month of the shop: evaluated, or kept from before. */
const month = async (rules) => {
  const folder = flags.history ? resolve(flags.history) : join(work, "month");
  if (flags.history && existsSync(join(folder, "whole"))) return new Prometheus(folder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const prometheus = await make(folder, rules, say);
  writeFileSync(join(folder, "whole"), "");
  return prometheus;
};

const browser = new Browser();
const running = [];
try {
  const shop = build(join(here, "../../../examples/astronomy-shop"), "shop");
  const boards = boardsOf(join(shop, "grafana")).filter((b) => new RegExp(flags.only ?? "").test(b.name));
  if (boards.length === 0) throw new Error("no dashboard was built");
  const prometheus = await month(join(shop, "prometheus"));
  running.push(prometheus);
  await prometheus.start();
  await browser.start(prometheus);
  await together(browser, Object.entries(stories).flatMap(([story, now]) => boards.map((board) => (page) =>
    look(page, story, now, board, variantsOf(boards, board, story)))));
  await browser.stop();
  await prometheus.stop();

  forty.source(join(work, "forty-source"));
  const many = build(join(work, "forty-source"), "forty");
  const overview = boardsOf(join(many, "grafana")).find((b) => b.dash.tags.includes("overview"));
  const { prometheus: large, promises } = forty.make(join(work, "forty-month"), join(many, "prometheus"));
  running.push(large);
  await large.start();
  await browser.start(large);
  const drawn = await look(await browser.page(), "forty", stories.incident, overview, TWO);
  for (const d of drawn) {
    if (d.height > TALLEST) note(`forty journeys: ${d.height} px, more than a screen and a half (${TALLEST})`, d.width);
    if (d.samples >= MOST_SAMPLES) note(`forty journeys: ${number(d.samples)} samples a board open, not under ${number(MOST_SAMPLES)}`, d.width);
  }
  say(`forty journeys with ${promises} promises: ${Math.max(...drawn.map((d) => d.height))} px, ${number(Math.max(...drawn.map((d) => d.samples)))} samples`);
} finally {
  await browser.stop();
  for (const p of running) await p.stop();
  rmSync(work, { recursive: true, force: true });
}
if (wrong.size > 0) {
  for (const [sentence, where] of wrong) console.error(`${sentence} (${where.join(", ")})`);
  console.error(`${wrong.size} wrong`);
  process.exit(1);
}
say("dashboards: fine");
