// The page works without this: forms are sent and answered with whole pages. With it the answer takes the place of the
// main part, the question stands in the address, and texts are copied. Nothing that came from outside is ever run: the
// answer is parsed as a document of its own, whose scripts do not run, and words are set as text.
import { say, words } from "./words.js";
import { ask, stop } from "./asking.js";
import { atStart, recall } from "./state.js";
import { copyFrom } from "./copying.js";
import { takeDrops } from "./dropping.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.submitter?.formMethod === "get") return;
  event.preventDefault();
  const sent = new FormData(form, event.submitter);
  ask(form.action, sent, form.id === "ask" ? event.submitter : null);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches(".copy")) copyFrom(button);
  if (button?.closest("#progress")) stop();
});

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
  const told = event.target.parentElement.querySelector("output");
  told.textContent = Math.round(event.target.value * 100) / 100;
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
  for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
  for (const part of document.querySelectorAll("#link")) part.hidden = false;
  takeDrops(document.getElementById("take"));
});

addEventListener("popstate", () => recall(ask));
atStart(ask).catch(() => say(words.badLink));
document.dispatchEvent(new Event("page:shown"));
