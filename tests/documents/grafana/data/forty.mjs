// A company with forty journeys: how far the overview scrolls, and how many samples it reads. Its series are written as the
// rules would record them, every five minutes; the flagship proves the rules.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Prometheus, Samples } from "./prometheus.mjs";
import { read } from "./rules.mjs";
import { stories } from "./shop.mjs";

const JOURNEYS = 40;
const DAY = 86400;

/** The project's source. */
export const source = (folder) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "slovo.yaml"), "project: forty\nretention: 100d\nlimits: {journeys_per_team: 100}\noutputs:\n  prometheus:\n  grafana: {folder: Forty}\n");
  let text = 'team shop "Shop team"\nmetric calls_total: counter of calls {\n  labels route, code\n}\n';
  const titles = ["Find a telescope", "Buy what is in the basket", "Send something back", "Change the address of an order that is on its way"];
  for (let j = 0; j < JOURNEYS; j += 1) {
    text += `journey j${j} "${titles[j % titles.length]} ${j}" {\n  owner shop\n  user "A shopper"\n  goal "Something done"\n`;
    for (const step of ["look", "act"]) {
      text += `  step ${step} "Step ${step}" {\n`;
      for (const promise of step === "look" ? ["shown"] : ["taken", "kept"]) text += `    promise ${promise} "It is ${promise}" {\n      keep for 99.5% of requests over 28d\n      total calls_total{route="/${j}/${step}/${promise}"}\n      bad where {code=~"5.."}\n      urgency ticket\n    }\n`;
      text += "  }\n";
    }
    text += "}\n";
  }
  writeFileSync(join(folder, "all.slovo"), text);
};

/** A stopped Prometheus with the series of its promises. */
export const make = (folder, rulesFolder) => {
  const prometheus = new Prometheus(folder);
  const samples = new Samples(folder);
  const times = [];
  for (let t = stories.incident - 9 * DAY; t <= stories.incident; t += 300) times.push(t);
  const promises = read(rulesFolder).filter((r) => r.name === "promise_info").map((r) => r.labels);
  promises.forEach((labels, i) => {
    const { project, journey, step, promise, objective } = labels;
    const own = { project, journey, step, promise };
    const share = 1 - Number(objective) / 100;
    const worth = (f) => times.map((t, k) => [t, f(k / times.length)]);
    const left = (x) => 1 - ((i * 37) % 100) / 110 - (i % 29 === 7 ? 0.6 * x : 0.05 * x);
    samples.add("promise_info", labels, worth(() => 1));
    samples.add("promise:error_budget:ratio", own, worth(() => share));
    samples.add("promise:objective:ratio", own, worth(() => 1 - share));
    samples.add("promise:budget_remaining", own, worth(left));
    samples.add("promise:error_ratio", { ...own, window: "budget" }, worth((x) => (1 - left(x)) * share));
    for (const window of ["5m", "1h", "6h"]) samples.add("promise:burn_rate", { ...own, window }, worth(() => (i % 10) / 8));
  });
  samples.blocks(prometheus.data);
  return { prometheus, promises: promises.length };
};
