// window.draw(dashboard, moment, width, theme): draws a dashboard and says what became of each panel.
import { createRoot, type Root } from "react-dom/client";
import { createTheme, rangeUtil, ThemeContext } from "@grafana/data";
import { initPluginTranslations } from "@grafana/i18n";
import { GlobalStyles } from "@grafana/ui";
import { judge } from "./judge";
import { box, heightOf, unfold } from "./layout";
import { Panel, type Board } from "./panel";
import { forget, interpolate, run, stepOf, type Read, type Vars } from "./prometheus";
import "./registries";

const errors: string[] = [];
addEventListener("error", (e) => errors.push(String(e.message)));
addEventListener("unhandledrejection", (e) => errors.push(String(e.reason?.stack ?? e.reason).slice(0, 500)));

const seconds = (n: number) => new Promise((r) => setTimeout(r, n * 1000));
const frame = () => new Promise((r) => requestAnimationFrame(r));
const at = (text: string, now: number) => {
  const m = /^now(?:-(\w+))?$/.exec(text);
  if (!m) throw new Error(`cannot read the time ${text}`);
  return now - (m[1] ? rangeUtil.intervalToMs(m[1]) : 0);
};

/** Variables have their default: the first of a list of values, the text of a constant. */
const varsOf = (dash: any): Vars => Object.fromEntries((dash.templating?.list ?? []).map((v: any) => {
  const first = v.type === "custom" ? String(v.query).split(",")[0].split(" : ").pop()!.trim() : v.query;
  return [v.name, String(v.current?.value ?? first ?? "")];
}));

// Grafana sets thresholds' first step so when it loads a dashboard.
const loaded = (dash: any) => JSON.parse(JSON.stringify(dash), function (key, value) {
  return key === "steps" && Array.isArray(value) ? value.map((s: any, i: number) => (i === 0 ? { ...s, value: -Infinity } : s)) : value;
});

let root: Root | undefined;

const Head = ({ dash, theme }: any) => (
  <div style={{ position: "absolute", left: 16, right: 16, top: 12, display: "flex", alignItems: "center", gap: 8 }}>
    <span style={{ fontSize: 18, fontWeight: 500, flexGrow: 1 }}>{dash.title}</span>
    {(dash.links ?? []).map((l: any) => (
      <span key={l.title} style={{ fontSize: 12, padding: "3px 8px", borderRadius: 4, border: `1px solid ${theme.colors.border.medium}`, background: theme.colors.background.secondary }}>{l.title}{l.asDropdown ? " ▾" : ""}</span>
    ))}
  </div>
);

const draw = async (json: any, now: number, width: number, mode: "light" | "dark") => {
  errors.length = 0;
  const dash = loaded(json);
  const theme = createTheme({ colors: { mode } });
  const from = at(dash.time.from, now), to = at(dash.time.to, now);
  const panels = unfold(dash.panels);
  const drawn = panels.filter((p) => p.type !== "row");
  const read: Read = { samples: 0, queries: 0 };
  const done: any[] = [];
  const board: Board = { dash, from, to, vars: varsOf(dash), theme, read, done: (p) => done.push(p), fail: (m) => errors.push(m) };
  const height = heightOf(panels);
  const element = document.getElementById("root")!;
  root?.unmount();
  document.body.style.background = theme.colors.background.canvas;
  element.style.cssText = `position:relative;width:${width}px;height:${height}px;background:${theme.colors.background.canvas};color:${theme.colors.text.primary};font-family:${theme.typography.fontFamily};font-size:14px`;
  root = createRoot(element);
  root.render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles hackNoBackdropBlur isExtensionSidebarOpen={false} />
      <Head dash={dash} theme={theme} />
      {panels.map((p) => p.type === "row"
        ? <div key={p.id} style={{ position: "absolute", ...box(p.gridPos, width).style, fontWeight: 500, fontSize: 16, paddingTop: 4 }}>⌄ {interpolate(p.title, board.vars)}</div>
        : <Panel key={p.id} panel={p} board={board} {...box(p.gridPos, width)} />)}
    </ThemeContext.Provider>,
  );
  // Annotations aren't drawn, but their queries are asked, and count.
  const asked = (dash.annotations?.list ?? []).filter((a: any) => a.target?.expr && a.enable !== false);
  await Promise.all(asked.map((a: any) => run({ ...a.target, format: "time_series" }, from, to, stepOf(from, to, 400, a.target), board.vars, read)
    .catch((e: Error) => errors.push(`annotation ${a.name}: ${e.message}`))));
  for (let waited = 0; done.length < drawn.length && waited < 30; waited += 0.02) await seconds(0.02);
  for (const p of drawn) if (!done.some((d) => d.id === p.id)) errors.push(`${p.title}: never drawn`);
  await document.fonts.ready;
  await seconds(0.15);
  await frame();
  await frame();
  return { uid: dash.uid, title: dash.title, width, height, mode, panels: done, errors: [...errors], ...read, ...judge() };
};

await initPluginTranslations("dashboards");
Object.assign(window, { draw, forget, ready: true });
