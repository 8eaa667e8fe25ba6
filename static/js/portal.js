// Comfort for every page. Nothing depends on it.
"use strict";

document.querySelector(".form-errors")?.focus();

const menu = document.querySelector("details.menu");
if (menu) {
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

// A select that filters a list applies itself; without script the button beside it does.
for (const select of document.querySelectorAll("form.filters select[data-apply]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A passkey needs a script and a browser that knows them; without, the button is not there.
const passkey = document.getElementById("passkey_login");
if (passkey && window.PublicKeyCredential) passkey.hidden = false;
