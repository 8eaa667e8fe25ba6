// Switches change the page only: count what is unsaved, say it, mark it, and warn before it is lost.
"use strict";

const form = document.getElementById("people");
const switches = [...form.querySelectorAll('input[role="switch"]:not(:disabled)')];
const bar = document.getElementById("save-bar");
const said = document.getElementById("unsaved");
let leaving = false;

const isChanged = (input) => input.checked !== (input.dataset.was === "1");
const changed = () => switches.filter(isChanged);

// "Ben Bauer: Downloads on – downloads the programs of 3 products": what the change means, not only that there is one.
function inWords(input) {
  const right = input.closest("td").dataset.label;
  const person = input.closest("tr").querySelector(".row-title").textContent;
  const reach = document.getElementById(`reach-${input.name.split("-").at(-1)}`)?.textContent ?? "";
  const state = input.checked ? said.dataset.on : said.dataset.off;
  return `${person}: ${right} ${state}${reach ? ` – ${input.checked ? "" : `${said.dataset.noLonger} `}${reach}` : ""}`;
}

function mark(input) {
  const track = input.closest(".switch");
  track.classList.toggle("is-changed", isChanged(input));
  track.parentElement.querySelector(".switch-new")?.remove();
  if (!isChanged(input)) return;
  const note = document.createElement("span");
  note.className = "switch-new";
  note.textContent = input.checked ? said.dataset.newOn : said.dataset.newOff;
  track.after(note);
}

function show() {
  switches.forEach(mark);
  const now = changed();
  const text = now.length === 0 ? said.dataset.none : now.length === 1 ? said.dataset.one : said.dataset.many;
  const count = document.createElement("b");
  count.textContent = text.replace("%n", now.length);
  const list = document.createElement("ul");
  list.append(...now.map((input) => Object.assign(document.createElement("li"), { textContent: inWords(input) })));
  bar.querySelector(".save-bar-text").replaceChildren(count, list);
  bar.classList.toggle("is-shown", now.length > 0);
  const last = now.includes(document.activeElement) ? document.activeElement : now.at(-1);
  said.textContent = last ? `${count.textContent} ${inWords(last)}` : count.textContent;
}

form.addEventListener("change", (event) => { if (switches.includes(event.target)) show(); });
form.addEventListener("submit", (event) => {
  // Sending an invitation again is no saving: what is switched would be lost.
  leaving = !event.submitter?.hasAttribute("formaction");
});
document.getElementById("discard")?.addEventListener("click", (event) => {
  event.preventDefault();
  for (const input of switches) input.checked = input.dataset.was === "1";
  show();
  switches[0]?.focus();
});
window.addEventListener("beforeunload", (event) => {
  if (!leaving && changed().length) event.preventDefault();
});
// Back from another page: the stored state counts, not what the browser remembers.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
if (changed().length) show();
