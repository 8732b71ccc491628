// What must hold of a dashboard that was drawn, story by story.

/** A panel whose colours and emptiness are the alerts': firing for want of data is no mistake. A budget that heeds alerts is one. */
const ofAlerts = (panel) => (panel.targets ?? []).some((t) => t.expr.includes("ALERTS") && !t.expr.includes("promise:budget_remaining"));
/** Every panel of a dashboard, those in rows too. */
export const panelsOf = (dash) => dash.panels.flatMap((p) => (p.type === "row" ? (p.panels ?? []) : [p]));

// How much of a panel may be coloured and still be called grey: the edge of a letter is.
const GREY = 0.004;
const NOW = new Set(["stat", "bargauge", "table"]);

/** Sentences about what is wrong. `colours` gives the coloured share of boxes in the picture. */
export const judge = async (story, dash, drawn, colours) => {
  const wrong = [];
  const panels = new Map(panelsOf(dash).map((p) => [p.id, p]));
  const list = (what, items) => { if (items.length > 0) wrong.push(`${what}: ${items.map((i) => `“${i}”`).join(", ")}`); };
  for (const p of drawn.panels.filter((p) => p.status === "error")) wrong.push(`panel ${p.id} “${p.title}” says ${p.message}`);
  for (const e of drawn.errors) wrong.push(e);
  list("titles cut off", drawn.titles);
  list("words cut off", [...new Set(drawn.cells)]);
  list("texts that don't fit", drawn.texts);
  if (drawn.blank > 0) wrong.push(`${drawn.blank} empty canvases`);
  if (story === "incident") {
    const quiet = (p) => ofAlerts(panels.get(p.id));
    list("no data, though there is", drawn.panels.filter((p) => p.status === "no data" && !quiet(p)).map((p) => p.title));
  }
  if (story === "never-data" || story === "no-data") {
    // Once there was data, curves show what was known; never, and nothing may have a colour.
    const boxes = drawn.boxes.filter((b) => b.type !== "text" && (story === "never-data" || NOW.has(b.type)) && !ofAlerts(panels.get(b.id)));
    const shares = await colours(drawn.picture, boxes);
    list("coloured without data", boxes.filter((_, i) => shares[i] > GREY).map((b) => panels.get(b.id).title));
  }
  return wrong;
};
