// Every state is a link: the question that is shown stands in the address, and the one in the address is shown.
import { isKnown } from "./keys.js";
import { fragmentOf, holdsQuestion, questionIn } from "./packing.js";

// The address of the question that is shown; null if it is too long for one, or if none is shown.
export async function addressOfQuestion() {
  const field = document.getElementById("question-text");
  if (!field || field.readOnly) return null;
  let text = field.defaultValue;
  try {
    text = JSON.stringify(JSON.parse(text));
  } catch { /* what is not JSON yet stays as it was typed */ }
  const fragment = await fragmentOf(text);
  return fragment && document.getElementById("ask").getAttribute("action") + fragment;
}

export async function remember() {
  const address = await addressOfQuestion();
  if (address) history.pushState({}, "", address);
}

async function decideAddress(ask) {
  const sent = new FormData();
  sent.set("question", await questionIn(location.hash));
  sent.set("do", "look");
  await ask(location.pathname + location.search, sent, null, true);
}

export async function atStart(ask) {
  if (holdsQuestion(location.hash)) await decideAddress(ask);
}

// Back and forth between questions; a page that was not made of one is opened again.
export function recall(ask, visit) {
  if (holdsQuestion(location.hash)) decideAddress(ask);
  else if (location.hash) return;
  else if (isKnown()) visit(location.href, false);
  else location.reload();
}
