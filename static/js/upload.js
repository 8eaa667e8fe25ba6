// Sends a large file in pieces, in order, and goes on after a cut. Without this script the form sends it at once.
"use strict";

const form = document.getElementById("upload");
const shown = document.getElementById("progress");
const bar = shown.querySelector("progress");
const words = shown.querySelector("output");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
// Bytes reckoned at once: the page stays awake meanwhile.
const STEP = 2 * 1024 * 1024;
const PAUSES = [1, 2, 5, 10, 20, 30, 30, 30];

const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// The answer's JSON; a refusal is thrown with the server's sentence, a broken line as any other error.
async function ask(url, body, type) {
  const headers = { "X-CSRFToken": token };
  if (type) headers["Content-Type"] = type;
  const answer = await fetch(url, { method: body === undefined ? "GET" : "POST", headers, body });
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  if (answer.redirected || !isJson) throw new Error(String(answer.status));
  const said = await answer.json();
  if (answer.status === 409) return said;
  if (!answer.ok && !said.again) throw Object.assign(new Error(said.error), { isRefusal: true });
  if (!answer.ok) throw new Error(said.error);
  return said;
}

function show(sent, size) {
  bar.value = sent / size;
  const inMegabytes = (bytes) =>
    (bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  words.textContent = `${Math.floor((100 * sent) / size)} % · ${inMegabytes(sent)} / ${inMegabytes(size)} MB`;
}

// Reckons along: the server publishes only what has the same SHA-256. upTo() may be asked for less than before.
class Reckoner {
  constructor(file) {
    this.file = file;
    this.at = 0;
    this.sum = new Sha256();
  }

  async upTo(end) {
    while (this.at < end) {
      const piece = await this.file.slice(this.at, Math.min(end, this.at + STEP)).arrayBuffer();
      if (!piece.byteLength) throw new Error("the file has changed");
      this.sum.update(new Uint8Array(piece));
      this.at += piece.byteLength;
    }
  }
}

async function send(file) {
  const fields = new FormData(form);
  fields.delete("file");
  fields.set("file_name", file.name);
  fields.set("size", file.size);
  fields.set("last_modified", file.lastModified);
  let state = await ask(form.dataset.start, new URLSearchParams(fields));
  const reckoner = new Reckoner(file);
  let failed = 0, digest = "";
  while (!state.next) {
    show(state.received, file.size);
    try {
      const piece = file.slice(state.received, state.received + state.piece);
      await reckoner.upTo(state.received + piece.size);
      // hex() ends the sum; a last piece that is sent once more has the same.
      if (reckoner.at === file.size) digest ||= `&sha256=${reckoner.sum.hex()}`;
      const url = `${state.url}?offset=${state.received}${digest}`;
      state = { ...state, ...(await ask(url, piece, "application/octet-stream")) };
      failed = 0;
    } catch (error) {
      if (error.isRefusal || failed >= PAUSES.length) throw error;
      words.textContent = shown.dataset.waiting;
      await wait(PAUSES[failed++]);
      try { state = { ...state, ...(await ask(state.url)) }; } catch { /* still away: the next round waits longer */ }
    }
  }
  show(file.size, file.size);
  location.assign(state.next);
}

form.addEventListener("submit", async (event) => {
  const file = form.elements.file.files[0];
  if (!file || form.elements.incoming?.value) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  shown.hidden = false;
  try {
    await send(file);
  } catch (error) {
    words.textContent = error.isRefusal ? error.message : shown.dataset.cut;
    button.disabled = false;
  }
});
