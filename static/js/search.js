// From the field of the search down to the hits and back by the arrows; Enter follows a hit, as any link.
"use strict";

const field = document.getElementById("q");
const hits = () => [...document.querySelectorAll("#results a.row-title")];

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const all = hits();
  const at = all.indexOf(document.activeElement);
  if (at < 0 && (document.activeElement !== field || step < 0)) return;
  event.preventDefault();
  const next = at + step < 0 ? field : all[at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
});

