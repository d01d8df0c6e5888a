// The question in the address, behind the `#`, which no browser sends: compressed, and in letters that links can hold.
import { isKnown } from "./keys.js";

const BEGIN = "q=";
const LONGEST = 60_000;
const MOST_BYTES = 4 * 1024 * 1024;

async function through(stream, bytes, most = Infinity) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) throw new RangeError("too large");
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function packed(text) {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpacked(letters) {
  const bytes = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (it) => it.charCodeAt(0));
  return new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), bytes, MOST_BYTES));
}

// The address of the question that is shown; null if it is too long for one, or if none is shown.
export async function addressOfQuestion() {
  const field = document.getElementById("question-text");
  if (!field || field.readOnly) return null;
  let text = field.defaultValue;
  try {
    text = JSON.stringify(JSON.parse(text));
  } catch { /* what is not JSON yet stays as it was typed */ }
  const letters = await packed(text);
  return letters.length > LONGEST ? null : `${document.getElementById("ask").getAttribute("action")}#${BEGIN}${letters}`;
}

export async function remember() {
  const address = await addressOfQuestion();
  if (address) history.pushState({}, "", address);
}

function inAddress() {
  return location.hash.startsWith(`#${BEGIN}`) ? location.hash.slice(BEGIN.length + 1) : null;
}

async function decideAddress(ask) {
  const sent = new FormData();
  sent.set("question", await unpacked(inAddress()));
  await ask(location.pathname + location.search, sent, null, true);
}

export async function atStart(ask) {
  if (inAddress() !== null) await decideAddress(ask);
}

// Back and forth between questions; a page that was not made of one is opened again.
export function recall(ask, visit) {
  if (inAddress() !== null) decideAddress(ask);
  else if (location.hash) return;
  else if (isKnown()) visit(location.href, false);
  else location.reload();
}
