// "/" leads to the search, from wherever nothing is being typed.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("#site-search input");
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || !field || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  field.focus();
  field.select();
});
