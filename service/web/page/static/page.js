// The page works without this: forms are sent and answered with whole pages. With it the answer takes the place of the
// main part, the question stands in the address, and texts are copied. Nothing that came from outside is ever run: the
// answer is parsed as a document of its own, whose scripts do not run, and words are set as text.
import { say, words } from "./words.js";
import { ask, stop, visit } from "./asking.js";
import { isKnown } from "./keys.js";
import { atStart, recall } from "./state.js";
import { copyFrom } from "./copying.js";
import { drawHere } from "./drawing.js";
import { takeDrops } from "./dropping.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "key") return;
  if (form.method === "post") {
    event.preventDefault();
    ask(form.action, new FormData(form, event.submitter), form.id === "ask" ? event.submitter : null);
  } else if (isKnown()) {
    event.preventDefault();
    visit(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches(".copy")) copyFrom(button);
  if (button?.closest("#progress")) stop();
  const link = event.target.closest("a[href]");
  if (link) follow(link, event);
});

// A page that needs the key is opened by a request that has it; the other language takes the question along.
function follow(link, event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link.origin !== location.origin) return;
  if (link.hreflang && location.hash) {
    event.preventDefault();
    location.href = link.getAttribute("href") + location.hash;
  } else if (isKnown() && /^\/(decisions|compare|examples)(\/|$)/.test(link.pathname)) {
    event.preventDefault();
    visit(link.href);
  }
}

// Enter in a field of an answer gives that answer, and not the one of the form's first button.
document.addEventListener("keydown", (event) => {
  const button = event.key === "Enter" && event.target.closest?.(".typed")?.querySelector("button");
  if (!button || event.target === button) return;
  event.preventDefault();
  button.click();
});

// A slider tells its value while it moves, and decides when it rests.
let resting;
document.addEventListener("input", (event) => {
  if (!event.target.matches(".slider input")) return;
  event.target.parentElement.querySelector("output").textContent = Math.round(event.target.value * 100) / 100;
});
document.addEventListener("change", (event) => {
  if (!event.target.matches(".slider input")) return;
  clearTimeout(resting);
  const slider = event.target;
  resting = setTimeout(() => {
    const form = document.getElementById("ask");
    const sent = new FormData(form);
    sent.set("do", "weigh");
    ask(form.action, sent, slider);
  }, 500);
});

document.addEventListener("page:shown", () => {
  for (const part of document.querySelectorAll("button.copy, #link")) part.hidden = false;
  takeDrops(document.getElementById("take"));
  drawHere(document.getElementById("draw"));
});

addEventListener("popstate", () => recall(ask, visit));
document.dispatchEvent(new Event("page:shown"));
if (document.querySelector("[data-locked]")) visit(location.href, false);
else atStart(ask).catch(() => say(words.badLink));
