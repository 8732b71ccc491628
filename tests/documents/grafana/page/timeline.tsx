// Grafana doesn't publish its state timeline: this imitates it with boxes, from the same frames, colours and words.
import { Fragment } from "react";
import { FieldType, getFieldDisplayName, type GrafanaTheme2 } from "@grafana/data";

interface Segment { start: number; end: number; text: string; color: string }

/** Neighbours that say the same are one; a gap is where the next sample is further away than a step. */
const segmentsOf = (times: number[], values: any[], display: (v: unknown) => any, step: number, to: number): Segment[] => {
  const out: Segment[] = [];
  times.forEach((time, i) => {
    if (values[i] == null || Number.isNaN(values[i])) return;
    const shown = display(values[i]);
    const end = Math.min(time + step, times[i + 1] ?? to, to);
    const last = out[out.length - 1];
    if (last && last.end === time && last.text === shown.text) last.end = end;
    else out.push({ start: time, end, text: shown.text, color: shown.color });
  });
  return out;
};

export const StateTimeline = ({ frames, panel, width, height, from, to, theme }: { frames: any[]; panel: any; width: number; height: number; from: number; to: number; theme: GrafanaTheme2 }) => {
  const all = frames.flatMap((frame) =>
    frame.fields.filter((f: any) => f.type !== FieldType.time).map((f: any) => ({
      name: getFieldDisplayName(f, frame, frames),
      segments: segmentsOf(frame.fields[0].values, f.values, f.display, frame.fields[0].config.interval, to),
    })));
  const perPage = panel.options.perPage || all.length;
  const rows = all.slice(0, perPage);
  const legend = new Map<string, string>(rows.flatMap((r) => r.segments.map((s: Segment): [string, string] => [s.text, s.color])));
  const names = Math.min(width * 0.4, Math.max(40, ...rows.map((r) => r.name.length * 6.6 + 8)));
  const foot = panel.options.legend?.showLegend ? 44 : 20;
  const rowHeight = (height - foot) / Math.max(1, rows.length);
  const fill = (panel.fieldConfig.defaults.custom?.fillOpacity ?? 70) / 100;
  const x = (time: number) => names + ((Math.max(from, time) - from) / (to - from)) * (width - names);
  const ticks = (width - names > 480 ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1]).map((part) => from + part * (to - from));
  const text = { fontSize: 12, color: theme.colors.text.primary, whiteSpace: "nowrap" } as const;
  return (
    <div style={{ width, height, position: "relative" }}>
      {rows.map((row, i) => (
        <Fragment key={i}>
          <div data-name="" style={{ ...text, position: "absolute", left: 0, top: i * rowHeight + rowHeight / 2 - 8, width: names - 6, overflow: "hidden", textOverflow: "ellipsis", textAlign: "right" }}>{row.name}</div>
          {row.segments.map((s: Segment, k: number) => (
            <div key={k} style={{ position: "absolute", left: x(s.start), width: Math.max(1, x(s.end) - x(s.start)), top: i * rowHeight + rowHeight * 0.1, height: rowHeight * (panel.options.rowHeight ?? 0.8), background: s.color, opacity: fill }} />
          ))}
        </Fragment>
      ))}
      {ticks.map((time, i) => (
        <div key={i} style={{ ...text, color: theme.colors.text.secondary, position: "absolute", top: height - foot + 2, left: x(time), transform: `translateX(-${(i / (ticks.length - 1)) * 100}%)` }}>
          {new Date(time).toISOString().slice(5, 16).replace("T", " ")}
        </div>
      ))}
      {all.length > perPage && <div style={{ ...text, position: "absolute", bottom: 0, right: 0 }}>‹ 1 of {Math.ceil(all.length / perPage)} ›</div>}
      {panel.options.legend?.showLegend && (
        <div style={{ ...text, position: "absolute", bottom: 0, left: 0 }}>
          {[...legend].map(([name, color]) => (
            <span key={name} style={{ marginRight: 16 }}>
              <span style={{ display: "inline-block", width: 12, height: 4, background: color, marginRight: 6, verticalAlign: "middle" }} />
              {name}
            </span>
          ))}
        </div>
      )}
    </div>
  );
};
