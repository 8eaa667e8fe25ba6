// What stands wrong on a page at its present width: [] or sentences; as it is, and with every fold and menu open.
() => {
  const wide = document.documentElement.clientWidth;
  const found = new Set();
  const named = (node) => {
    const text = (node.getAttribute("aria-label") || node.textContent || node.name || "").trim().replace(/\s+/g, " ");
    const name = typeof node.className === "string" && node.className ? `.${node.className.split(" ").join(".")}` : "";
    return `${node.tagName.toLowerCase()}${name} “${text.slice(0, 30)}”`;
  };
  // Only for those who hear the page.
  const unseen = [...document.body.querySelectorAll("*")].filter((node) => getComputedStyle(node).clipPath !== "none");
  const hidden = (node) =>
    node.closest(".skip, svg, [hidden]") || unseen.some((one) => one.contains(node)) || !node.checkVisibility();
  // A line of tabs or chips may scroll in itself: it says so, and the keyboard reaches all of it.
  const LINES = ".tabs, .chips.is-scroll, .side-nav ul, .menu-panel, textarea, select";
  const scrolls = (node) => node.closest(LINES);
  // A quiet button reaches out of its box by the space around its words.
  const slack = parseFloat(getComputedStyle(document.documentElement).fontSize) / 2 + 1;
  const tolerated = (node, how) => (how !== "overflows" ? 1 : slack * (node.querySelector(LINES) ? 2 : 1));
  const measure = () => {
    const more = document.documentElement.scrollWidth - wide;
    if (more > 0) found.add(`scrolls by ${more}`);
    for (const node of document.body.querySelectorAll("*")) {
      if (["SCRIPT", "OPTION", "BR", "COL", "DATALIST", "INPUT"].includes(node.tagName) || hidden(node)) continue;
      const style = getComputedStyle(node), box = node.getBoundingClientRect();
      if (!box.width || !box.height || style.opacity === "0" || scrolls(node)) continue;
      if (box.right > wide + 1 || box.left < -1) found.add(`outside by ${Math.round(box.right - wide)}: ${named(node)}`);
      const over = node.clientWidth && style.display !== "inline" ? node.scrollWidth - node.clientWidth : 0;
      const how = style.overflowX === "visible" ? "overflows" : style.overflowX === "auto" ? "scrolls" : "cut";
      if (over > tolerated(node, how)) found.add(`${how} by ${over}: ${named(node)}`);
    }
  };
  measure();
  for (const node of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (hidden(node) || scrolls(node) || node.disabled || node.type === "hidden") continue;
    node.scrollIntoView({ block: "center", behavior: "instant" });
    // A link of several lines is reached where one of them is.
    const lines = [...node.getClientRects()].filter((box) => box.width);
    const on = lines.map((box) => document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
    const over = on.every((at) => at && !node.contains(at) && !at.contains(node)) && !node.labels?.length;
    if (lines.length && over) found.add(`covered by ${named(on[0])}: ${named(node)}`);
  }
  const folds = [...document.querySelectorAll("details:not([open])")];
  for (const fold of folds) fold.open = true;
  measure();
  for (const fold of folds) fold.open = false;
  return [...found];
}
