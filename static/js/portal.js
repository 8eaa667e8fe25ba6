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
