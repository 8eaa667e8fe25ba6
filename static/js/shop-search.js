// Suggestions while typing: a combobox with a list, for mouse, keyboard and screen reader.
// Enter without a choice searches.
"use strict";

const input = document.getElementById("q");
const list = document.getElementById("suggestions");
const said = document.getElementById("suggestions-said");
let waiting, asking, chosen = -1;

input.setAttribute("role", "combobox");
input.setAttribute("aria-autocomplete", "list");
input.setAttribute("aria-controls", list.id);
close();

const options = () => [...list.children];

function close() {
  list.hidden = true;
  chosen = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(place) {
  const all = options();
  chosen = (place + all.length + 1) % (all.length + 1);
  // One place stands for the field itself.
  if (chosen === all.length) chosen = -1;
  all.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
  if (chosen < 0) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", all[chosen].id);
  all[chosen].scrollIntoView({ block: "nearest" });
}

async function suggest() {
  asking?.abort();
  if (input.value.trim().length < 2) return close();
  asking = new AbortController();
  try {
    const answer = await fetch(`${list.dataset.url}?q=${encodeURIComponent(input.value)}`, { signal: asking.signal });
    if (!answer.ok) return close();
    list.innerHTML = await answer.text();
  } catch {
    return;
  }
  const count = options().length;
  said.textContent = count ? (count === 1 ? said.dataset.one : said.dataset.many.replace("#", count)) : "";
  if (!count || document.activeElement !== input) return close();
  chosen = -1;
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
}

input.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, 120);
});
input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && list.hidden) suggest();
  if (list.hidden) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? options().length - 1 : chosen - 1);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close();
  } else if (event.key === "Enter" && chosen >= 0) {
    event.preventDefault();
    location.href = options()[chosen].dataset.url;
  }
});
// Before the field loses the focus, which closes the list.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) location.href = option.dataset.url;
});
input.addEventListener("blur", close);
// From the magnifier of any page.
if (location.hash === "#q") input.focus();
