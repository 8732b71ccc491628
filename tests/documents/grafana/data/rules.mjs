// Evaluates rule files over history: Prometheus computes every expression, layer by layer, so that a rule finds what the
// rules it reads have recorded.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const SELECTOR = /([a-zA-Z_:][\w:]*)\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\}/g;
const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g;
const DURATION = { s: 1, m: 60, h: 3600, d: 86400 };
const UNNAMED = /\bpromise_info\b(?!\{)|\bpromise:[\w:]+(?!\{|[\w:])/g;

/** Seconds. */
export const seconds = (text) => [...String(text).matchAll(/(\d+)([smhd])/g)].reduce((sum, [, n, unit]) => sum + n * DURATION[unit], 0);

const matches = (op, value, label) => {
  const whole = op.includes("~") && new RegExp(`^(?:${value})$`);
  return op === "=" ? label === value : op === "!=" ? label !== value : op === "=~" ? whole.test(label) : !whole.test(label);
};

/** The series an expression reads. */
const selectorsOf = (expr) => [...expr.matchAll(SELECTOR)].map(([, name, inside]) => ({
  name,
  matchers: [...inside.matchAll(MATCHER)].map(([, label, op, value]) => ({ label, op, value: value.replaceAll("\\\\", "\\") })),
}));

/** May `rule` record what `selector` reads? Labels that come from the expression are not known. */
const feeds = (rule, { name, matchers }) =>
  rule.name === name && matchers.every((m) => rule.labels[m.label] === undefined || matches(m.op, m.value, rule.labels[m.label]));

/** All rules of a folder. */
export const read = (folder) =>
  readdirSync(folder).filter((f) => f.endsWith(".yml")).sort().flatMap((file) =>
    parse(readFileSync(join(folder, file), "utf8")).groups.flatMap((group) =>
      group.rules.map((rule) => ({
        name: rule.record ?? "ALERTS",
        alert: rule.alert,
        expr: rule.expr,
        labels: rule.labels ?? {},
        wait: seconds(rule.for ?? "0s"),
        interval: seconds(group.interval),
        reads: selectorsOf(rule.expr),
      }))));

/** Rules in layers: each reads only what layers before it record. */
export const layers = (rules) => {
  const level = new Map();
  const levelOf = (rule, path) => {
    if (level.has(rule)) return level.get(rule);
    if (path.includes(rule)) throw new Error(`${rule.name} ${JSON.stringify(rule.labels)} reads itself`);
    // A rule sees nothing of its own past here, and counts no newcomers: what these may bring is told from roll-ups.
    const later = (other) => other === rule || (rule.name.endsWith(":count") && /:roll\d+m$/.test(other.name));
    const before = rules.filter((other) => other.alert === undefined && !later(other) && rule.reads.some((s) => feeds(other, s)));
    const found = 1 + Math.max(-1, ...before.map((other) => levelOf(other, [...path, rule])));
    level.set(rule, found);
    return found;
  };
  for (const rule of rules) {
    if (UNNAMED.test(rule.expr.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\{[^}]*\}/g, "{}"))) throw new Error(`cannot tell what ${rule.expr} reads`);
    levelOf(rule, []);
  }
  const out = [];
  for (const [rule, at] of level) (out[at] ??= []).push(rule);
  return out;
};

/** The texts that labels of our alerts use: `{{ if le $value 0.0 }}0{{ else if lt $value 0.2 }}20{{ else }}50{{ end }}`. */
const label = (template, value) => {
  if (!template.includes("{{")) return template;
  for (const [, op, bound, text] of template.matchAll(/\{\{ (?:else )?if (le|lt) \$value ([-\d.]+) \}\}([^{]*)/g)) {
    if (op === "le" ? value <= Number(bound) : value < Number(bound)) return text;
  }
  const rest = /\{\{ else \}\}([^{]*)\{\{ end \}\}$/.exec(template);
  if (!rest) throw new Error(`cannot read the label ${template}`);
  return rest[1];
};

/** Samples of an alert as Prometheus records them: firing once its expression has held for `wait`, and since when it has held. */
const firing = (rule, series, step) => {
  const out = new Map();
  const { __name__, ...own } = series.metric;
  let since;
  let last;
  for (const [time, text] of series.values) {
    if (last === undefined || time - last > step) since = time;
    last = time;
    const labels = { ...own };
    for (const [k, v] of Object.entries(rule.labels)) labels[k] = label(v, Number(text));
    labels.alertname = rule.alert;
    const add = (name, metric, value) => {
      const key = name + JSON.stringify(metric);
      if (!out.has(key)) out.set(key, { name, metric, values: [] });
      out.get(key).values.push([time, value]);
    };
    add("ALERTS_FOR_STATE", labels, `${since}`);
    if (time - since >= rule.wait) add("ALERTS", { ...labels, alertstate: "firing" }, "1");
  }
  return [...out.values()];
};

/** What a rule records out of the answer of its expression. */
export const recorded = (rule, series, step) =>
  rule.alert ? firing(rule, series, step) : [{ name: rule.name, metric: { ...series.metric, ...rule.labels }, values: series.values }];
