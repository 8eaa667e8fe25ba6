// Switches change the page only: count what is unsaved, mark it, and warn before it is lost.
"use strict";

const form = document.getElementById("people");
const switches = [...form.querySelectorAll('input[role="switch"]:not(:disabled)')];
const bar = form.querySelector(".save-bar-text");
let saving = false;

const isChanged = (input) => input.checked !== (input.dataset.was === "1");

function show() {
  let count = 0;
  for (const input of switches) {
    input.closest(".switch").classList.toggle("is-changed", isChanged(input));
    count += isChanged(input);
  }
  const text = count === 0 ? bar.dataset.none : count === 1 ? bar.dataset.one : bar.dataset.many;
  bar.textContent = text.replace("%n", count);
  return count;
}

form.addEventListener("change", show);
form.addEventListener("submit", () => { saving = true; });
document.getElementById("discard").addEventListener("click", (event) => {
  event.preventDefault();
  for (const input of switches) input.checked = input.dataset.was === "1";
  show();
});
window.addEventListener("beforeunload", (event) => {
  if (!saving && switches.some(isChanged)) event.preventDefault();
});
// Back from another page: the stored state counts, not what the browser remembers.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
if (switches.some(isChanged)) show();
