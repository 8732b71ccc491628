// Nothing here is needed to read. Search and filters on the first page, folding, and details open where a link points.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const bar = document.querySelector(".filters");
  if (bar) {
    const cards = all(".card");
    const query = bar.querySelector("input[type=search]");
    const selects = all("select", bar);
    const found = bar.querySelector(".found");
    const nothing = document.querySelector(".nothing");
    const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    let texts;
    const words = () => (texts ??= cards.map((card) => plain(card.textContent.replace(/\s+/g, " "))));
    const apply = () => {
      const wanted = plain(query.value).split(/\s+/).filter(Boolean);
      const set = selects.filter((s) => s.value).map((s) => [s.dataset.filter, s.value]);
      const text = words();
      let count = 0;
      cards.forEach((card, at) => {
        const fits = wanted.every((w) => text[at].includes(w)) && set.every(([key, value]) => card.dataset[key] === value);
        if (card.hidden === fits) card.hidden = !fits;
        if (fits) count += 1;
      });
      found.textContent = wanted.length || set.length ? `${count} of ${cards.length} journeys` : "";
      nothing.hidden = count > 0 || cards.length === 0;
    };
    bar.hidden = false;
    bar.addEventListener("input", apply);
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
        event.preventDefault();
        query.focus();
      }
    });
    if (query.value || selects.some((s) => s.value)) apply();
    (window.requestIdleCallback ?? setTimeout)(words);
  }
  const details = all("details");
  const button = document.querySelector(".unfold");
  if (button && details.length) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = details.some((d) => !d.open);
      details.forEach((d) => { d.open = open; });
      button.textContent = open ? "Hide all details" : "Show all details";
    });
  }
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target && target.closest("details");
    if (folded) { folded.open = true; target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", reveal);
  reveal();
  let closed = [];
  window.addEventListener("beforeprint", () => { closed = details.filter((d) => !d.open); closed.forEach((d) => { d.open = true; }); });
  window.addEventListener("afterprint", () => { closed.forEach((d) => { d.open = false; }); });
})();
