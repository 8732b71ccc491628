// Where Grafana puts panels: 24 columns, rows of 30 px with gaps of 8.
export const GAP = 8;
const ROW = 30;
/** The height of what this page draws above the grid in place of Grafana's bars. */
export const HEAD = 48;

const deep = (panels: any[]) => Math.max(0, ...panels.map((p) => p.gridPos.y + p.gridPos.h));

/** All panels with those of collapsed rows, which a reader opens; what stands below an opened row moves down. */
export const unfold = (panels: any[]): any[] => {
  let moved = 0;
  return [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x).flatMap((panel) => {
    const at = (p: any, by: number) => ({ ...p, gridPos: { ...p.gridPos, y: p.gridPos.y + by } });
    const placed = at(panel, moved);
    if (panel.type !== "row" || !panel.collapsed || !panel.panels?.length) return [placed];
    const first = Math.min(...panel.panels.map((p: any) => p.gridPos.y));
    const inner = panel.panels.map((p: any) => at(p, placed.gridPos.y + 1 - first));
    moved += deep(panel.panels) - first;
    return [placed, ...inner];
  });
};

export const box = (grid: { x: number; y: number; w: number; h: number }, width: number) => {
  const column = (width - 2 * GAP) / 24;
  return {
    style: { left: grid.x * column + GAP, top: grid.y * (ROW + GAP) + GAP + HEAD },
    width: grid.w * column - GAP,
    height: grid.h * (ROW + GAP) - GAP,
  };
};

export const heightOf = (panels: any[]) => deep(panels) * (ROW + GAP) + HEAD + GAP;
