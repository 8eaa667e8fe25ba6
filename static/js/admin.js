// "/" leads to the search, from wherever nothing is being typed.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("#site-search input");
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || !field || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// What works in the background is asked for again, and the page is drawn anew when it is over.
const atWork = () => document.querySelector("[data-at-work]");
const askAgain = async () => {
  const shown = atWork();
  if (!shown) return;
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-at-work]");
    if (answer.ok && !now) return location.reload();
    if (now) shown.replaceWith(now);
  } catch {
    // The line was cut; the next time may be better.
  }
  setTimeout(askAgain, 3000);
};
if (atWork()) setTimeout(askAgain, 3000);

// Of a line of tabs that is longer than the screen, the open one is in sight.
document.querySelectorAll("#areas [aria-current], .tabs [aria-current]").forEach((tab) => {
  tab.closest("nav").scrollLeft = tab.offsetLeft - tab.closest("nav").offsetLeft - 32;
});
// What is wrong with a form is read first.
document.querySelector(".form-errors")?.focus();

// A field that picks one of thousands is called by its label; the library that draws it knows only what is chosen.
const NAMED = "[role=combobox], [role=textbox], .select2-search__field";
const nameByLabel = (select) => {
  const label = document.querySelector(`label[for="${select.id}"]`);
  const box = select.nextElementSibling;
  if (!label || !box?.matches(".select2")) return;
  label.id ||= `${select.id}_label`;
  box.querySelectorAll(NAMED).forEach((part) => {
    const known = part.getAttribute("aria-labelledby") ?? "";
    part.setAttribute("aria-labelledby", `${label.id} ${known}`.trim());
  });
};
// The library's own scripts have asked first, and so have drawn it by then.
const nameAll = (part) => part.querySelectorAll("select.admin-autocomplete[id]").forEach(nameByLabel);
globalThis.django?.jQuery?.(() => nameAll(document));
document.addEventListener("formset:added", (event) => nameAll(event.target));
