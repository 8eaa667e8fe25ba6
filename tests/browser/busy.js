// Presses each button that sends a form of the page, twice, without sending it: [] or sentences of what does not say so.
async () => {
  const wrong = [];
  let sent = 0;
  // After the page's own listeners: what they let through would leave now.
  const stop = (event) => {
    if (!event.defaultPrevented) sent += 1;
    event.preventDefault();
  };
  addEventListener("submit", stop);
  for (const form of document.forms) {
    if (form.getAttribute("method") !== "post" || "stays" in form.dataset) continue;
    form.noValidate = true;
    for (const button of [...form.elements].filter((one) => one.type === "submit" && !one.dataset.hxPost)) {
      const width = button.offsetWidth;
      const name = `${button.getAttribute("aria-label") || button.textContent}`.trim().replace(/\s+/g, " ");
      sent = 0;
      button.click();
      // Longer than the page's own next step, far less than the tenth of a second that feels like at once.
      await new Promise((done) => setTimeout(done, 10));
      if (sent && button.getAttribute("aria-busy") !== "true") wrong.push(`says nothing: ${name}`);
      if (button.offsetWidth !== width) wrong.push(`changes its width: ${name}`);
      button.click();
      if (sent > 1) wrong.push(`takes a second press: ${name}`);
      dispatchEvent(new PageTransitionEvent("pageshow"));
    }
    form.noValidate = false;
  }
  removeEventListener("submit", stop);
  return wrong;
}
