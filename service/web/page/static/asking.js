// Sends a form and puts the answer's main part in the place of the present one.
import { say, words } from "./words.js";
import { remember } from "./state.js";

const progress = document.getElementById("progress");
let running = null;

export function stop() {
  running?.abort();
}

export async function ask(address, sent, asker = null, keepAddress = false) {
  running?.abort();
  const mine = (running = new AbortController());
  const main = document.getElementById("main");
  main.setAttribute("aria-busy", "true");
  const late = setTimeout(() => {
    progress.hidden = false;
    progress.querySelector("span").textContent = words.working;
  }, 300);
  try {
    const answer = await fetch(address, { method: "POST", body: sent, signal: mine.signal });
    replace(await answer.text(), asker);
    if (!keepAddress) await remember();
    if (answer.ok) say(words.answered);
  } catch (error) {
    say(error.name === "AbortError" ? (running === mine ? words.stopped : "") : words.unreachable);
  } finally {
    clearTimeout(late);
    if (running === mine) progress.hidden = true;
    document.getElementById("main").removeAttribute("aria-busy");
  }
}

// The part of the page in which somebody works stays open and in view; a new page begins at its top.
export function replace(text, asker = null) {
  const shown = new DOMParser().parseFromString(text, "text/html");
  const next = shown.getElementById("main");
  const before = document.getElementById("main");
  const place = asker?.closest("section")?.id;
  const top = asker?.closest("section")?.getBoundingClientRect().top;
  document.title = shown.title;
  document.documentElement.lang = shown.documentElement.lang;
  before.replaceWith(document.adoptNode(next));
  document.dispatchEvent(new Event("page:shown"));
  const there = place && document.getElementById(place);
  if (there) {
    scrollBy({ top: there.getBoundingClientRect().top - top, behavior: "instant" });
    (asker.id && document.getElementById(asker.id) ? document.getElementById(asker.id) : next).focus({ preventScroll: true });
  } else {
    scrollTo({ top: 0, behavior: "instant" });
    (next.querySelector(".faults a") ?? next).focus({ preventScroll: true });
  }
}
