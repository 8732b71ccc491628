// Bundles the page that draws dashboards: into memory, since nothing of it is kept.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** The page's files by name. */
export const bundle = async () => {
  const { outputFiles } = await build({
    entryPoints: [join(here, "page/main.tsx")],
    outdir: "/",
    write: false,
    bundle: true,
    format: "esm",
    minify: true,
    jsx: "automatic",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    loader: { ".svg": "text", ".png": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl" },
    logLevel: "error",
  });
  return new Map(outputFiles.map((f) => [f.path, f.contents]));
};
