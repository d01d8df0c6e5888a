// The question in an address, behind the `#`, which no browser sends: compressed, in letters that links can hold.
const BEGIN = "#q=";
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

// What an address ends in that holds this question; null if it is too long for one.
export async function fragmentOf(text) {
  const letters = await packed(text);
  return letters.length > LONGEST ? null : BEGIN + letters;
}

export const holdsQuestion = (fragment) => fragment.startsWith(BEGIN);

export const questionIn = (fragment) => unpacked(fragment.slice(BEGIN.length));
