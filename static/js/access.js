// Switches change the page only: count what is unsaved, say it, mark it, and warn before it is lost.
"use strict";

const form = document.getElementById("people");
const switches = [...form.querySelectorAll('input[role="switch"]:not(:disabled)')];
const bar = form.querySelector(".save-bar-text");
let leaving = false;

const isChanged = (input) => input.checked !== (input.dataset.was === "1");
const changed = () => switches.filter(isChanged);

// "Ben Bauer: Downloads on – downloads the programs of 3 products": what the change means, not only that there is one.
function inWords(input) {
  const { right, person } = input.dataset;
  const reach = document.getElementById(input.dataset.reach)?.textContent ?? "";
  const state = input.checked ? bar.dataset.on : bar.dataset.off;
  return `${person}: ${right} ${state}${reach ? ` – ${input.checked ? "" : `${bar.dataset.noLonger} `}${reach}` : ""}`;
}

function show() {
  for (const input of switches) input.closest(".switch").classList.toggle("is-changed", isChanged(input));
  const now = changed();
  const text = now.length === 0 ? bar.dataset.none : now.length === 1 ? bar.dataset.one : bar.dataset.many;
  const count = document.createElement("b");
  count.textContent = text.replace("%n", now.length);
  const last = now.includes(document.activeElement) ? document.activeElement : now.at(-1);
  bar.replaceChildren(count, last ? inWords(last) : "");
}

form.addEventListener("change", show);
form.addEventListener("submit", (event) => {
  // Sending an invitation again is no saving: what is switched would be lost.
  leaving = !event.submitter?.hasAttribute("formaction");
});
document.getElementById("discard").addEventListener("click", (event) => {
  event.preventDefault();
  for (const input of switches) input.checked = input.dataset.was === "1";
  show();
});
window.addEventListener("beforeunload", (event) => {
  if (!leaving && changed().length) event.preventDefault();
});
// Back from another page: the stored state counts, not what the browser remembers.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
if (changed().length) show();
