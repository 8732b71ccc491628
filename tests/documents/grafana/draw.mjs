// A browser with the page that draws dashboards, over one Prometheus.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { bundle } from "./build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const IMAGES = join(here, "node_modules/@grafana/ui/dist/public/img");
// The font Grafana ships, as Debian packages it (fonts-inter).
const FONTS = "/usr/share/fonts/opentype/inter";
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png" };

/** Serves the page, Grafana's icons, and Prometheus behind one address. */
const serve = async (prometheus) => {
  const page = await bundle();
  page.set("/", readFileSync(join(here, "page/index.html")));
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const send = (status, kind, body) => { response.writeHead(status, { "content-type": kind }); response.end(body); };
    try {
      if (path.startsWith("/prometheus/")) {
        const answer = await fetch(prometheus.url + request.url.slice("/prometheus".length));
        send(answer.status, "application/json", Buffer.from(await answer.arrayBuffer()));
      } else if (path.startsWith("/public/build/img/")) {
        const file = normalize(path.slice("/public/build/img/".length));
        send(200, KINDS[extname(file)] ?? "application/octet-stream", file.startsWith("..") ? "" : readFileSync(join(IMAGES, file)));
      } else if (path.startsWith("/public/fonts/inter/")) {
        send(200, "font/otf", readFileSync(join(FONTS, `${basename(path, ".woff2")}.otf`)));
      } else if (page.has(path)) send(200, KINDS[extname(path)] ?? "text/html", page.get(path));
      else send(404, "text/plain", "");
    } catch (e) { send(404, "text/plain", String(e)); }
  });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
};

/** The share of a picture that is red, orange or green, in each of these boxes. */
const colours = async ([data, boxes]) => {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  return boxes.map(({ x, y, width, height }) => {
    const { data: d } = context.getImageData(x, y, width, height);
    let signal = 0;
    for (let i = 0; i < d.length; i += 4) {
      const [r, g, b] = [d[i], d[i + 1], d[i + 2]];
      const most = Math.max(r, g, b), spread = most - Math.min(r, g, b);
      // Blue links are no state; the rest of the wheel is red, orange, yellow, green.
      if (spread > 60 && spread > most * 0.35 && most !== b) signal += 1;
    }
    return signal / (d.length / 4);
  });
};

export class Browser {
  async start(prometheus) {
    const { server, url } = await serve(prometheus);
    Object.assign(this, { server, url });
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"],
    });
  }
  /** A page of its own, which draws one dashboard after the other. */
  async page() {
    const context = await this.browser.newContext({ timezoneId: "UTC", locale: "en-GB" });
    const page = await context.newPage();
    const failed = [];
    page.on("pageerror", (e) => failed.push(String(e)));
    page.on("requestfailed", (r) => failed.push(`cannot load ${r.url()}`));
    page.on("request", (r) => { if (!r.url().startsWith(this.url) && !/^(data|blob):/.test(r.url())) failed.push(`asks for ${r.url()}`); });
    await page.goto(this.url);
    await page.waitForFunction("window.ready", undefined, { timeout: 60_000 });
    return {
      /** Draws; gives what became of the panels, and a picture. */
      draw: async (dash, now, width, mode) => {
        await page.setViewportSize({ width, height: 1000 });
        const report = await page.evaluate(([d, n, w, m]) => globalThis.draw(d, n, w, m), [dash, now * 1000, width, mode]);
        await page.setViewportSize({ width, height: Math.ceil(report.height) });
        const picture = await page.screenshot();
        const boxes = await page.$$eval("[data-panel]", (all) => all.map((e) => {
          const { x, y, width, height } = e.getBoundingClientRect();
          return { id: Number(e.dataset.panel), type: e.dataset.type, x, y, width, height };
        }));
        report.errors.push(...failed.splice(0));
        return { ...report, picture, boxes };
      },
      colours: (picture, boxes) => page.evaluate(colours, [picture.toString("base64"), boxes]),
      forget: () => page.evaluate(() => globalThis.forget()),
    };
  }
  async stop() {
    await this.browser?.close();
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
