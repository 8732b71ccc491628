// Draws the pictures of README.md from the shop's committed documents: the page of a journey, in light and dark. They are
// written with a palette of 256 colours, which makes them a third as large and which a page of text doesn't miss.
// The page takes the reader's fonts; here they are Inter and P052 (Debian: fonts-inter, fonts-urw-base35).
// Usage: node tests/browser/pictures.mjs
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { crc32, deflateSync } from "node:zlib";
import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const WIDTH = 1180, HEIGHT = 1480, SCALE = 1.25;

/** One part of a PNG file. */
const chunk = (name, data) => {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const number = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
  return Buffer.concat([number(data.length), body, number(crc32(body))]);
};

/** Pixels as a PNG with a palette: the 256 most frequent colours, every other one becomes the nearest of them. */
const withPalette = ({ width, height, data }) => {
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = data.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const palette = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 256).map(([colour]) => parts(colour));
  const nearest = new Map();
  for (const colour of counts.keys()) {
    const [r, g, b] = parts(colour);
    const far = palette.map(([x, y, z]) => (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2);
    nearest.set(colour, far.indexOf(Math.min(...far)));
  }
  // Each line begins with its filter: 0, none.
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) lines[y * (width + 1) + 1 + x] = nearest.get(data.readUIntBE((y * width + x) * 4, 3));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flat())),
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};

/** The pixels of a screenshot, decoded by the browser. */
const pixels = async (page, png) => {
  const { width, height, data } = await page.evaluate(async (source) => {
    const image = await createImageBitmap(await (await fetch(source)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = "";
    for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
    return { width: image.width, height: image.height, data: btoa(text) };
  }, `data:image/png;base64,${png.toString("base64")}`);
  return { width, height, data: Buffer.from(data, "base64") };
};

const scratch = mkdtempSync(join(tmpdir(), "slovo-pictures-"));
const fonts = join(scratch, "fonts.conf");
const inter = ["system-ui", "ui-sans-serif", "sans-serif"].map((name) => `<match target="pattern"><test name="family"><string>${name}</string></test><edit name="family" mode="assign" binding="strong"><string>Inter</string></edit></match>`);
writeFileSync(fonts, `<?xml version="1.0"?><fontconfig><include>${process.env.FONTCONFIG_FILE ?? "/etc/fonts/fonts.conf"}</include>${inter.join("")}</fontconfig>`);
const browser = await chromium.launch({
  env: { ...process.env, FONTCONFIG_FILE: fonts },
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
for (const [name, colorScheme] of [["journey", "light"], ["journey-dark", "dark"]]) {
  const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, deviceScaleFactor: SCALE, colorScheme });
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(root, "examples/astronomy-shop/docs/journeys/checkout.html")).href);
  await page.evaluate(() => document.fonts.ready);
  const shot = await page.screenshot();
  // The document's own policy forbids what decoding needs.
  const blank = await context.newPage();
  writeFileSync(join(root, `docs/images/${name}.png`), withPalette(await pixels(blank, shot)));
  await context.close();
}
await browser.close();
rmSync(scratch, { recursive: true });
