// One panel: its queries, transformations and field configuration by @grafana/data, its picture by @grafana/ui.
import { Component, useEffect, useState, type ReactNode } from "react";
import {
  applyFieldOverrides, cacheFieldDisplayNames, dateTime, FieldType, getFieldDisplayValues, LoadingState, renderMarkdown, transformDataFrame,
  type DataFrame, type GrafanaTheme2,
} from "@grafana/data";
import { BarGauge, BigValue, PanelChrome, TimeSeries, VizRepeater } from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";
import { firstValueFrom } from "rxjs";
import { interpolate, run, stepOf, type Read, type Vars } from "./prometheus";
import { fieldConfigRegistry, unknownProperties } from "./registries";
import { StateTimeline } from "./timeline";

export interface Board { dash: any; from: number; to: number; vars: Vars; theme: GrafanaTheme2; read: Read; done: (p: any) => void; fail: (message: string) => void }

const replace = (vars: Vars) => ((value?: string) => (value == null ? value : interpolate(value, vars))) as any;

const load = async (panel: any, board: Board, width: number): Promise<DataFrame[]> => {
  const step = stepOf(board.from, board.to, width, panel);
  const targets = (panel.targets ?? []).filter((t: any) => !t.hide);
  const frames = (await Promise.all(targets.map((t: any) => run(t, board.from, board.to, step, board.vars, board.read)))).flat();
  const transformed = await firstValueFrom(transformDataFrame(panel.transformations ?? [], frames, { interpolate: (s: string) => interpolate(s, board.vars) } as any));
  const out = applyFieldOverrides({
    data: transformed, fieldConfig: panel.fieldConfig, fieldConfigRegistry, replaceVariables: replace(board.vars), theme: board.theme, timeZone: board.dash.timezone,
  } as any);
  cacheFieldDisplayNames(out);
  return out;
};

const Big = ({ panel, frames, width, height, board }: any) => {
  const { options, type } = panel;
  const values = () => getFieldDisplayValues({
    fieldConfig: panel.fieldConfig, reduceOptions: options.reduceOptions, replaceVariables: replace(board.vars), theme: board.theme, data: frames,
    sparkline: options.graphMode !== "none", timeZone: board.dash.timezone,
  } as any);
  const one = ({ value, width, height, count }: any) => type === "bargauge"
    ? <BarGauge value={value.display} width={width} height={height} field={value.field} theme={board.theme} display={value.view?.getFieldDisplayProcessor(value.colIndex)} orientation={options.orientation} displayMode={options.displayMode} />
    : <BigValue value={value.display} count={count} sparkline={value.sparkline} colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode} textMode={options.textMode} width={width} height={height} theme={board.theme} disableWideLayout={!options.wideLayout} />;
  return <VizRepeater getValues={values} source={frames} width={width} height={height} renderCounter={0} autoGrid orientation={options.orientation ?? "auto"} itemSpacing={3} minVizHeight={20} renderValue={one} />;
};

const Viz = ({ panel, frames, width, height, board }: { panel: any; frames: any[]; width: number; height: number; board: Board }) => {
  const { dash, from, to, theme, vars } = board;
  const { type, options } = panel;
  if (type === "text") {
    return <div className="markdown-html" style={{ color: theme.colors.text.primary, height, overflow: "hidden" }} data-text="" dangerouslySetInnerHTML={{ __html: renderMarkdown(interpolate(options.content, vars)) }} />;
  }
  if (type === "stat" || type === "bargauge") return <Big {...{ panel, frames, width, height, board }} />;
  if (frames.every((f) => f.length === 0)) {
    return <div style={{ display: "flex", height: "100%", alignItems: "center", justifyContent: "center", color: theme.colors.text.secondary }}>{panel.fieldConfig?.defaults?.noValue ?? "No data"}</div>;
  }
  const timeRange: any = { from: dateTime(from), to: dateTime(to), raw: dash.time };
  if (type === "table") {
    return <TableNG data={frames[0]} width={width} height={height} noHeader={!options.showHeader} sortBy={options.sortBy} cellHeight={options.cellHeight} timeRange={timeRange} enableSharedCrosshair={false} structureRev={1} fieldConfig={panel.fieldConfig} getActions={() => []} disableKeyboardEvents />;
  }
  if (type === "timeseries") return <TimeSeries frames={frames} structureRev={1} timeRange={timeRange} timeZone={dash.timezone} width={width} height={height} legend={options.legend} options={options} />;
  if (type === "state-timeline") return <StateTimeline {...{ frames, panel, width, height, from, to, theme }} />;
  return <div>this page cannot draw {type}</div>;
};

class Boundary extends Component<{ title: string; fail: Board["fail"]; children: ReactNode }, { broken: boolean }> {
  state = { broken: false };
  static getDerivedStateFromError() { return { broken: true }; }
  componentDidCatch(e: Error) { this.props.fail(`${this.props.title}: ${e.message}`); }
  render() { return this.state.broken ? null : this.props.children; }
}

const DRAWN = new Set(["text", "stat", "bargauge", "table", "timeseries", "state-timeline"]);
const filled = (frames: any[]) => frames.some((f) => f.fields.some((x: any) => x.type !== FieldType.time && x.values.some((v: any) => v != null)));

export const Panel = ({ panel, board, style, width, height }: any) => {
  const [state, setState] = useState<{ status: string; frames: any[]; message?: string }>({ status: panel.type === "text" ? "done" : "loading", frames: [] });
  useEffect(() => {
    const say = (status: string, message?: string) => board.done({ id: panel.id, type: panel.type, title: panel.title, status, message });
    for (const id of unknownProperties(panel)) board.fail(`${panel.title}: nothing applies the property ${id}`);
    if (!DRAWN.has(panel.type)) board.fail(`${panel.title}: this page cannot draw ${panel.type}`);
    if (panel.type === "text") say("ok");
    else load(panel, board, width).then(
      (frames) => { setState({ status: "done", frames }); say(filled(frames) ? "ok" : "no data"); },
      (e) => { setState({ status: "error", frames: [], message: e.message }); say("error", e.message); },
    );
  }, []);
  const loading = state.status === "loading" ? LoadingState.Loading : state.status === "error" ? LoadingState.Error : LoadingState.Done;
  return (
    <div style={{ position: "absolute", ...style }} data-panel={panel.id} data-type={panel.type}>
      <PanelChrome width={width} height={height} title={interpolate(panel.title, board.vars)} description={panel.description || undefined} hoverHeader={!panel.title} padding={panel.type === "stat" || panel.type === "bargauge" ? "none" : "md"} statusMessage={state.message} loadingState={loading}>
        {(w: number, h: number) => state.status === "loading" ? null : <Boundary title={panel.title} fail={board.fail}><Viz {...{ panel, frames: state.frames, width: w, height: h, board }} /></Boundary>}
      </PanelChrome>
    </div>
  );
};
