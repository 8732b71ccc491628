// Grafana's Prometheus data source, as far as the dashboards use it: variables of time, steps, legends, frames.
import { FieldType, rangeUtil, dateTime, type DataFrame } from "@grafana/data";

export type Vars = Record<string, string>;
export interface Read { samples: number; queries: number }

const SCRAPE = 15;
const answers = new Map<string, Promise<any>>();

/** Forgets answers: another moment is drawn. */
export const forget = () => answers.clear();

const ask = (path: string, params: Record<string, string>, read: Read): Promise<any> => {
  const url = `/prometheus${path}?${new URLSearchParams({ ...params, stats: "all" })}`;
  if (!answers.has(url)) {
    answers.set(url, fetch(url).then((r) => r.json()).then((j) => {
      if (j.status !== "success") throw new Error(`${j.errorType}: ${j.error}`);
      return j.data;
    }));
  }
  return answers.get(url)!.then((data) => {
    read.samples += data.stats.samples.totalQueryableSamples;
    read.queries += 1;
    return data;
  });
};

/** The step Grafana takes for a panel so wide. */
export const stepOf = (from: number, to: number, width: number, panel: any): number => {
  const range: any = { from: dateTime(from), to: dateTime(to), raw: { from: dateTime(from), to: dateTime(to) } };
  const { intervalMs } = rangeUtil.calculateInterval(range, panel.maxDataPoints || Math.max(50, Math.round(width)), panel.interval || `${SCRAPE}s`);
  return Math.max(1, Math.round(intervalMs / 1000));
};

export const interpolate = (text: string, vars: Vars): string => text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (all, a, b) => vars[a ?? b] ?? all);

const timeVars = (step: number, range: number): Vars => ({
  __rate_interval: `${Math.max(4 * SCRAPE, step + SCRAPE)}s`,
  __interval: `${step}s`,
  __interval_ms: `${step * 1000}`,
  __range_s: `${range}`,
  __range: `${range}s`,
});

const legend = (format: string | undefined, labels: Record<string, string>, expr: string): string => {
  if (format && format !== "__auto") return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, k) => labels[k] ?? "");
  const rest = Object.entries(labels).filter(([k]) => k !== "__name__").map(([k, v]) => `${k}="${v}"`);
  return rest.length > 0 ? `${labels.__name__ ?? ""}{${rest.join(", ")}}` : (labels.__name__ ?? expr);
};

const number = (refId: string, target: any, labels: any, expr: string, values: (number | null)[]): any =>
  ({ name: "Value", type: FieldType.number, labels, config: { displayNameFromDS: legend(target.legendFormat, labels, expr) }, values });

/** One frame for all series of a query: what `format: table` asks for. */
const table = (refId: string, series: { metric: any; values: [number, string][] }[]): DataFrame[] => {
  const rows = series.flatMap((s) => s.values.map((v) => ({ metric: s.metric, time: v[0] * 1000, value: Number(v[1]) })));
  if (rows.length === 0) return [];
  const names = [...new Set(series.flatMap((s) => Object.keys(s.metric)))];
  return [{
    refId,
    fields: [
      { name: "Time", type: FieldType.time, config: {}, values: rows.map((r) => r.time) },
      ...names.map((n) => ({ name: n, type: FieldType.string, config: {}, values: rows.map((r) => r.metric[n] ?? "") })),
      { name: `Value #${refId}`, type: FieldType.number, config: {}, values: rows.map((r) => r.value) },
    ],
    length: rows.length,
  } as any];
};

const instant = async (target: any, expr: string, to: number, read: Read): Promise<DataFrame[]> => {
  const data = await ask("/api/v1/query", { query: expr, time: `${to / 1000}` }, read);
  const rows = data.resultType === "scalar" ? [{ metric: {}, value: data.result }] : data.result;
  if (target.format === "table") return table(target.refId, rows.map((r: any) => ({ metric: r.metric, values: [r.value] })));
  return rows.map((r: any) => ({
    refId: target.refId,
    fields: [
      { name: "Time", type: FieldType.time, config: {}, values: [r.value[0] * 1000] },
      number(target.refId, target, r.metric, expr, [Number(r.value[1])]),
    ],
    length: 1,
  }));
};

/** Steps without a sample are left out; the field says how far samples are apart, which is how panels find gaps. */
const overTime = async (target: any, expr: string, from: number, to: number, step: number, read: Read): Promise<DataFrame[]> => {
  const data = await ask("/api/v1/query_range", { query: expr, start: `${from / 1000}`, end: `${to / 1000}`, step: `${step}` }, read);
  if (target.format === "table") return table(target.refId, data.result);
  return data.result.map((r: any) => ({
    refId: target.refId,
    fields: [
      { name: "Time", type: FieldType.time, config: { interval: step * 1000 }, values: r.values.map((v: any) => v[0] * 1000) },
      number(target.refId, target, r.metric, expr, r.values.map((v: any) => Number(v[1]))),
    ],
    length: r.values.length,
  }));
};

/** The frames of one target over one range. */
export const run = async (target: any, from: number, to: number, step: number, vars: Vars, read: Read): Promise<DataFrame[]> => {
  const least = target.interval ? Math.max(step, rangeUtil.intervalToSeconds(target.interval)) : step;
  const expr = interpolate(target.expr, { ...vars, ...timeVars(least, Math.round((to - from) / 1000)) });
  if (target.instant) return instant(target, expr, to, read);
  const grid = least * 1000;
  return overTime(target, expr, Math.floor(from / grid) * grid, Math.floor(to / grid) * grid, least, read);
};
