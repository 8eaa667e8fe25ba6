// What is ticked is counted where the ZIP is loaded; the bar comes with the first tick.
"use strict";

const bar = document.getElementById("selection");
const boxes = [...document.querySelectorAll('input[name="document"]')];
if (bar) {
  const text = bar.querySelector(".save-bar-text");
  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    text.textContent = count === 1 ? text.dataset.one : text.dataset.many.replace("%n", count);
    bar.classList.toggle("is-shown", count > 0);
  };
  const tick = (on) => () => {
    for (const box of boxes) box.checked = on;
    show();
    boxes[0]?.focus();
  };
  for (const [id, on] of [["select-all", true], ["select-none", false]]) {
    const button = document.getElementById(id);
    button.hidden = false;
    button.addEventListener("click", tick(on));
  }
  document.addEventListener("change", (event) => { if (boxes.includes(event.target)) show(); });
  window.addEventListener("pageshow", show);
}
