// Comfort for every page. Nothing depends on it.
"use strict";

document.querySelector(".form-errors")?.focus();

// On a narrow screen the tab one is on may stand outside the line.
const tab = document.querySelector(".tabs [aria-current]");
if (tab) tab.closest(".tabs").scrollLeft = tab.offsetLeft - 24;

for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// A button that fills a field in one click; without script it is not there.
for (const button of document.querySelectorAll("button[data-fill]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.fill);
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
}

// A select that filters a list applies itself; without script the button beside it does.
for (const select of document.querySelectorAll("select[data-apply]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// What the worker is making shows itself when it is there; without script a link asks for the page again.
async function showWhenMade(made, tries) {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const now = page.getElementById("made");
    if (now && !("waits" in now.dataset)) return made.replaceChildren(...now.childNodes);
  } catch {
    // The network is away for a moment; the next try may find it.
  }
  if (tries) setTimeout(showWhenMade, 2000, made, tries - 1);
}
const made = document.querySelector("#made[data-waits]");
if (made) setTimeout(showWhenMade, 1000, made, 30);

// A passkey needs a script and a browser that knows them; without, the button is not there.
const passkey = document.getElementById("passkey_login");
if (passkey && window.PublicKeyCredential) passkey.hidden = false;

// A page that answers an action begins where something is said, else where the person was, else at its heading:
// nobody who uses the keyboard is thrown back to the top. An error or a place that asks for the focus comes first.
const told = document.querySelector(".messages > .notice");
const place = sessionStorage.getItem("place");
sessionStorage.removeItem("place");
if ((told || place !== null) && !document.querySelector(".form-errors, [autofocus]")) {
  const there = told || document.getElementById(place || location.hash.slice(1)) || document.querySelector("main h1");
  there?.closest("details")?.setAttribute("open", "");
  if (there?.tabIndex < 0) there.tabIndex = -1;
  there?.focus({ preventScroll: !told });
}

// A sent form says at once that it is on its way: its button keeps its width, and a second press sends nothing.
document.addEventListener("submit", (event) => {
  const [button, form] = [event.submitter, event.target];
  if (event.defaultPrevented) return;
  // Not .method: a field may bear that name.
  const reads = form.getAttribute("method") !== "post";
  // A file comes, and the page stays.
  if ("stays" in form.dataset) return;
  sessionStorage.setItem("place", document.activeElement.id);
  if (reads) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  // After the data has been gathered, for a disabled button is not sent.
  if (button) setTimeout(() => {
    button.classList.add("is-busy");
    button.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
  });
});
for (const [event, busy] of [["htmx:beforeRequest", true], ["htmx:afterRequest", false]]) {
  document.addEventListener(event, ({ target }) => target.setAttribute("aria-busy", busy));
}
// Whoever comes back finds the button as it was.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".is-busy")) {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Ctrl+K leads to the search from everywhere, "/" from wherever nothing is being typed; in the shop "/" is for its own.
const find = document.getElementById("find");
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const types = event.target.closest?.("input, textarea, select, [contenteditable]");
  const isSlash = event.key === "/" && !types && !event.ctrlKey && !event.metaKey;
  const isCall = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
  if (!find || !(isSlash || isCall)) return;
  event.preventDefault();
  const field = document.querySelector(isSlash ? "#q" : "#search-all #q");
  if (!field) return location.assign(find.href);
  field.focus();
  field.select();
});

// Typed text is not lost without a question.
const fields = 'input:not([type="hidden"], [type="search"], [type="password"], [role="switch"]), textarea, select';
const isTyped = (field) =>
  field.type === "checkbox" || field.type === "radio"
    ? field.checked !== field.defaultChecked
    : field.tagName === "SELECT"
      ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.dataset.touched
      : field.value !== field.defaultValue && field.dataset.touched;
document.addEventListener("input", (event) => { event.target.dataset.touched = "1"; });
window.addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("main form.form, main form[data-guarded]")];
  const open = forms.filter((form) => !form.dataset.sent && form.method === "post");
  if (open.length && !document.querySelector("form[data-sent]")
    && open.some((form) => [...form.querySelectorAll(fields)].some(isTyped))) event.preventDefault();
});
