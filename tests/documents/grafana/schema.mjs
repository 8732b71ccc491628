// Makes strict JSON Schemas of a dashboard, classic and v2, out of Grafana's published types and compares them with the
// committed ones, which `cargo test` holds every dashboard against.
// Usage: node schema.mjs [--write]
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

const here = dirname(fileURLToPath(import.meta.url));
const SCHEMAS = [
  { name: "classic.schema.json", path: "schema/strict.ts", type: "StrictDashboard" },
  { name: "v2.schema.json", path: "schema/strict-v2.ts", type: "StrictResource" },
];

/** Without the descriptions, which are most of its size. A property called `description` holds an object, not a text. */
const terse = (node) => {
  if (Array.isArray(node)) return node.map(terse);
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).filter(([k, v]) => k !== "description" || typeof v !== "string").map(([k, v]) => [k, terse(v)]));
};

let differ = 0;
for (const { name, path, type } of SCHEMAS) {
  const file = join(here, name);
  const generator = createGenerator({ path: join(here, path), tsconfig: join(here, "schema/tsconfig.json"), type, expose: "none" });
  const made = `${JSON.stringify(terse(generator.createSchema(type)))}\n`;
  if (process.argv.includes("--write")) writeFileSync(file, made);
  else if (readFileSync(file, "utf8") !== made) {
    console.error(`${name} differs from Grafana's types: \`node tests/documents/grafana/schema.mjs --write\` renews it`);
    differ += 1;
    continue;
  }
  console.log(`${name}: ${made.length} bytes, as @grafana/schema has it`);
}
process.exit(differ > 0 ? 1 : 0);
