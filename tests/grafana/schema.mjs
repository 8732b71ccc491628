// Makes the strict JSON Schema of a classic dashboard out of Grafana's published types and compares it with the committed
// one, which `cargo test` holds every dashboard against.
// Usage: node schema.mjs [--write]
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

const here = dirname(fileURLToPath(import.meta.url));
const file = join(here, "classic.schema.json");
const generator = createGenerator({
  path: join(here, "schema/strict.ts"),
  tsconfig: join(here, "schema/tsconfig.json"),
  type: "StrictDashboard",
  expose: "none",
});
/** Without the descriptions, which are most of its size. A property called `description` holds an object, not a text. */
const terse = (node) => {
  if (Array.isArray(node)) return node.map(terse);
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).filter(([k, v]) => k !== "description" || typeof v !== "string").map(([k, v]) => [k, terse(v)]));
};
const made = `${JSON.stringify(terse(generator.createSchema("StrictDashboard")))}\n`;
if (process.argv.includes("--write")) writeFileSync(file, made);
else if (readFileSync(file, "utf8") !== made) {
  console.error("classic.schema.json differs from Grafana's types: `node tests/grafana/schema.mjs --write` renews it");
  process.exit(1);
}
console.log(`classic.schema.json: ${made.length} bytes, as @grafana/schema has it`);
