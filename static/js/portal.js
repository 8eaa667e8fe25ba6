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
for (const select of document.querySelectorAll("form.filters select[data-apply]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A passkey needs a script and a browser that knows them; without, the button is not there.
const passkey = document.getElementById("passkey_login");
if (passkey && window.PublicKeyCredential) passkey.hidden = false;

// What happened is said in a sentence: the page begins there, unless an error or a place asked for comes first.
const told = document.querySelector(".messages > .notice");
if (told && !document.querySelector(".form-errors") && !document.querySelector("[autofocus]")) {
  told.tabIndex = -1;
  told.focus({ preventScroll: false });
}

// A sent form says at once that it is on its way: its button keeps its width, and takes no second press.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.classList.contains("button") || event.target.method === "get") return;
  // A file comes, and the page stays.
  if ("stays" in event.target.dataset) return;
  // After the data has been gathered, for a disabled button is not sent.
  setTimeout(() => {
    button.classList.add("is-busy");
    button.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
  });
  event.target.dataset.sent = "1";
});
// Whoever comes back finds the button as it was.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".is-busy")) {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
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
