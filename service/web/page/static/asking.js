// Sends a form, or opens a page, and puts the main part of what comes in the place of the present one.
import { say, words } from "./words.js";
import { request } from "./keys.js";
import { remember } from "./state.js";

const progress = document.getElementById("progress");
let running = null;

export function stop() {
  running?.abort();
}

// Runs one request at a time, shows that it runs if that takes long, and says how it ended if not well.
async function show(address, options, then) {
  running?.abort();
  const mine = (running = new AbortController());
  document.getElementById("main").setAttribute("aria-busy", "true");
  const late = setTimeout(() => {
    progress.hidden = false;
    progress.querySelector("span").textContent = words.working;
  }, 300);
  try {
    await then(await request(address, { ...options, signal: mine.signal }));
  } catch (error) {
    if (error.name !== "AbortError") complain(words.unreachable);
    else if (running === mine) say(words.stopped);
  } finally {
    clearTimeout(late);
    if (running === mine) progress.hidden = true;
    document.getElementById("main").removeAttribute("aria-busy");
  }
}

export function ask(address, sent, asker = null, keepAddress = false) {
  return show(address, { method: "POST", body: sent }, async (answer) => {
    const text = await answer.text();
    if (!answer.ok && answer.status !== 422) return complain(sentenceOf(text));
    replace(text, asker);
    if (!keepAddress) await remember();
    if (answer.ok && document.getElementById("verdict")) say(words.answered);
  });
}

export function visit(address, isNew = true) {
  return show(address, {}, async (answer) => {
    replace(await answer.text());
    if (isNew) history.pushState({}, "", address);
  });
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

function sentenceOf(text) {
  const shown = parsed(text);
  return [...shown.querySelectorAll("#main h1, #main .lead")].map((part) => part.textContent).join(": ") || words.unreachable;
}

// What was typed stays where it is; what went wrong stands above it.
function complain(sentence) {
  const main = document.getElementById("main");
  main.querySelector(":scope > .complaint")?.remove();
  const told = document.createElement("p");
  told.className = "faults complaint";
  told.setAttribute("role", "alert");
  told.tabIndex = -1;
  told.textContent = sentence;
  main.prepend(told);
  told.focus();
}

// Where somebody at the keyboard goes on: the field or button that was used, or what now stands first in its part.
function again(asker, there) {
  if (asker.id) return document.getElementById(asker.id);
  const buttons = [...there.querySelectorAll("button")];
  return buttons.find((it) => it.name === asker.name && it.value === asker.value) ?? buttons[0];
}

// The part of the page in which somebody works stays in view; a new page begins at its top.
function replace(text, asker = null) {
  const shown = parsed(text);
  const next = shown.getElementById("main");
  const before = document.getElementById("main");
  const place = asker?.closest("section")?.id;
  const top = asker?.closest("section")?.getBoundingClientRect().top;
  document.title = shown.title;
  before.replaceWith(document.adoptNode(next));
  document.dispatchEvent(new Event("page:shown"));
  const there = place && document.getElementById(place);
  if (there) {
    scrollBy({ top: there.getBoundingClientRect().top - top, behavior: "instant" });
    (again(asker, there) ?? next).focus({ preventScroll: true });
  } else {
    scrollTo({ top: 0, behavior: "instant" });
    (next.querySelector(".faults a") ?? next).focus({ preventScroll: true });
  }
}
