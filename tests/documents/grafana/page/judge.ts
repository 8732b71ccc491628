// What a reader would see wrong: cut-off words, empty canvases, text that runs out of its panel.

const hides = (e: Element) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX);
/** By fractions of a pixel: half a pixel too much is already an ellipsis. */
const cut = (e: Element): boolean => {
  const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    let holder = text.parentElement!;
    while (holder !== e && !hides(holder)) holder = holder.parentElement!;
    if (!hides(holder) || !text.textContent!.trim()) continue;
    const range = document.createRange();
    range.selectNode(text);
    const shown = range.getBoundingClientRect(), room = holder.getBoundingClientRect();
    if (room.width > 0 && (shown.right > room.right + 0.1 || shown.left < room.left - 0.1)) return true;
  }
  return false;
};
const words = (selector: string, bad: (e: Element) => boolean) => [...document.querySelectorAll(selector)].filter(bad).map((e) => (e.textContent ?? "").slice(0, 80));

const blank = (canvas: HTMLCanvasElement): boolean => {
  if (canvas.width === 0 || canvas.height === 0) return true;
  const data = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) return false;
  return true;
};

export const judge = () => ({
  titles: words("h2", cut),
  cells: words("[role=columnheader],[role=gridcell],[data-name]", cut),
  texts: words("[data-text]", (e) => e.scrollHeight > e.clientHeight + 1),
  blank: [...document.querySelectorAll("canvas")].filter(blank).length,
});
