// Writes ../classic.schema.json and ../lists.json; with --check it only says whether they are what the packages say.
//   npm ci --ignore-scripts && npm run check
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const config = { path: here('strict.ts'), tsconfig: here('tsconfig.json'), type: 'StrictDashboard', expose: 'none', skipTypeCheck: true };

// Words about fields are not needed to check them, and are most of the schema.
const bare = (node) => {
  if (Array.isArray(node)) return node.map(bare);
  if (node === null || typeof node !== 'object') return node;
  const spoken = (key, value) => ['description', 'deprecated', '$comment'].includes(key) && typeof value !== 'object';
  return Object.fromEntries(Object.entries(node).filter(([k, v]) => !spoken(k, v)).map(([k, v]) => [k, bare(v)]));
};
const schema = JSON.stringify(bare(createGenerator(config).createSchema(config.type))) + '\n';

// The package looks for a browser's language.
globalThis.navigator ??= { language: 'en-GB', languages: ['en-GB'] };
const { getValueFormats, standardTransformers } = createRequire(import.meta.url)('@grafana/data');
const sorted = (list) => [...new Set(list)].sort();
const lists = JSON.stringify({
  units: sorted(getValueFormats().flatMap((group) => (group.submenu ?? []).map((unit) => unit.value))),
  transformations: sorted(Object.values(standardTransformers).map((transformer) => transformer.id)),
}, null, 1) + '\n';

let wrong = 0;
for (const [name, made] of [['../classic.schema.json', schema], ['../lists.json', lists]]) {
  if (!process.argv.includes('--check')) {
    writeFileSync(here(name), made);
  } else if (readFileSync(here(name), 'utf8') !== made) {
    console.error(`${name} is not what the packages say; run \`npm run make\``);
    wrong = 1;
  }
}
process.exit(wrong);
