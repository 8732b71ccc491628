// Writes lists.json: the units and transformations that Grafana's own package knows (npm @grafana/data, Apache-2.0, Grafana Labs).
// Usage: node lists.mjs [--write]; without, it fails when the committed list differs. It needs `npm ci --ignore-scripts` here.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// The package looks for a browser's language.
globalThis.navigator ??= { language: "en-GB", languages: ["en-GB"] };
const { getValueFormats, standardTransformers } = createRequire(import.meta.url)("@grafana/data");

const file = fileURLToPath(new URL("lists.json", import.meta.url));
const sorted = (list) => [...new Set(list)].sort();
const units = sorted(getValueFormats().flatMap((group) => (group.submenu ?? []).map((unit) => unit.value)));
const transformations = sorted(Object.values(standardTransformers).map((transformer) => transformer.id));
const made = `${JSON.stringify({ units, transformations }, null, 1)}\n`;
if (process.argv.includes("--write")) writeFileSync(file, made);
else if (readFileSync(file, "utf8") !== made) {
  console.error("lists.json differs from Grafana's lists: `node tests/documents/grafana/lists.mjs --write` renews it");
  process.exit(1);
}
console.log(`lists.json: ${units.length} units, ${transformations.length} transformations, as @grafana/data has them`);
