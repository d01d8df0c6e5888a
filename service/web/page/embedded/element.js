
// <eks-endpoint-decision decision="ID">, or with a question: in the attribute `question`, the property of that name, or a
// child <script type="application/json">. STYLE, WORDS and the packing of questions stand above (framing.py).
// All that comes from outside is set as text; nothing is parsed as markup, and the page's own styles and policy stay.
const HERE = new URL("..", import.meta.url);
const PATIENCE = 30_000;
const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLE);

// Part of the card: `kind` is its tag and its classes, which are its parts as well. Children may be null.
function made(kind, ...children) {
  const [tag, ...classes] = kind.split(".");
  const it = document.createElement(tag);
  if (classes.length) {
    it.className = classes.join(" ");
    it.setAttribute("part", classes.join(" "));
  }
  it.append(...children.flat(2).filter((child) => child !== null && child !== ""));
  return it;
}

// A name from outside, which may be written in the other direction.
const named = (text) => made("bdi", text);

// A sentence, in which what stands between backticks is code.
function coded(text) {
  const pieces = text.split("`");
  if (pieces.length % 2 === 0) return [text];
  return pieces.map((piece, number) => (number % 2 ? made("code", piece) : piece));
}

function sign(kind) {
  const it = made(`span.sign.${kind}`, { yes: "+", well: "✓", no: "✕", maybe: "?" }[kind]);
  it.setAttribute("aria-hidden", "true");
  return it;
}

// What a card says in one language.
class Speaker {
  constructor(language) {
    this.language = language in WORDS ? language : "en";
  }
  say(name, values = {}) {
    return WORDS[this.language].sentences[name].replace(/%\((\w+)\)s/g, (_, value) => values[value]);
  }
  name(code) {
    return WORDS[this.language].names[code] ?? code.replaceAll("_", " ");
  }
  more(cut) {
    return cut.more ? made("li", made("span"), made("span.quiet", this.say("more", { count: cut.more }))) : null;
  }
}

// The parts of a card, in the order in which they are read; the page for frames has the same (card.html).
function* partsOf(card, told, whole) {
  yield made("p.over", named(card.cluster.name), card.cluster.region === null ? "" : ` · ${card.cluster.region}`);
  yield made("h2.heading", told.say(card.outcome, { mode: card.mode === null ? "" : told.name(card.mode) }));
  if (card.public_access_cidrs) yield rangesOf(card.public_access_cidrs, told);
  for (const { sentence } of card.conditions) yield made("p.note", made("b", told.say("provided")), " ", coded(sentence));
  const today = sideOf("today", card.locked_out_today, card.in_doubt_today, card.current_mode, [], told);
  const after = () => sideOf("after", card.locked_out_after, card.in_doubt_after, card.mode, card.conditions, told);
  yield made("div.sides", today, card.mode === null ? null : after());
  if (card.because.items.length) {
    yield made("h3.label", told.say("because"));
    yield made("ul.rows", card.because.items.map((reason) => reasonOf(reason, told)), told.more(card.because));
  }
  if (card.not_known.items.length) {
    yield made("h3.label", told.say("not_known"));
    yield made("ul.rows", card.not_known.items.map((unknown) => unknownOf(unknown, told)), told.more(card.not_known));
  }
  yield footOf(card, told, whole);
}

function rangesOf({ items, more }, told) {
  const shown = items.flatMap((range) => [" ", made("code", range)]);
  return made("p.list", told.say("list"), shown, more ? ` ${told.say("more", { count: more })}` : "");
}

function sideOf(when, out, doubtful, mode, provisos, told) {
  const label = made("h3.label", told.say(when), mode === null ? "" : ` · ${told.name(mode)}`);
  if (out === null) return made("div.side.none", label, made("p", told.say("no_present")));
  const lists = [["outside", out], ["doubt", doubtful]].filter(([, those]) => those.items.length);
  const kind = out.items.length ? "no" : doubtful.items.length || provisos.length ? "maybe" : "yes";
  const everybody = made("p", sign(kind === "yes" ? "well" : "maybe"), " ", told.say(provisos.length ? "once" : "everybody"));
  return made(`div.side.${kind}`, label, lists.length ? lists.map(([name, those]) => listOf(name, those, told)) : everybody);
}

function listOf(name, those, told) {
  return [made("p", told.say(name)), made("ul.rows", those.items.map((caller) => callerOf(caller, told)), told.more(those))];
}

function callerOf({ consumer, disposition, sentence }, told) {
  const why = sentence === null ? null : made("span.why", coded(sentence));
  const kind = disposition === "insufficient_info" ? "maybe" : "no";
  return made("li", sign(kind), made("div", made("b", named(consumer)), ` ${told.name(disposition)}`, why));
}

function reasonOf({ about, status, sentence, more }, told) {
  const kind = { ruled_out: "no", ahead: "yes" }[status] ?? "maybe";
  const mode = told.name(about);
  const label = kind === "yes" ? `${mode}:` : told.say(kind === "no" ? "ruled_out" : "perhaps", { mode });
  const others = more ? [" ", made("span.quiet", told.say("more", { count: more }))] : [];
  return made("li", sign(kind), made("div", made("b", label), " ", coded(sentence), others));
}

function unknownOf({ field, question, assumed }, told) {
  const words = question === null ? made("code", field) : coded(question);
  return made("li", sign("maybe"), made("div", words, assumed ? [" ", made("span.quiet", `(${told.say("assumed")})`)] : []));
}

function footOf(card, told, whole) {
  const time = made("time", `${card.created_at.slice(0, 16).replace("T", " ")} UTC`);
  time.dateTime = card.created_at;
  const [before, after] = told.say("decided", { time: "\n" }).split("\n");
  const taken = card.assumption_count ? made("span", told.say("rests", { count: card.assumption_count })) : null;
  return made("p.foot", whole && linkOf(whole, told), made("span", before, time, after), taken);
}

function linkOf(address, told) {
  const link = made("a.link", told.say("whole"), made("span.hidden", ` ${told.say("opens")}`));
  Object.assign(link, { href: address, target: "_blank", rel: "noopener" });
  return link;
}

// What the service says of a question that it refuses, or of itself.
function* complaintOf(problem, told) {
  yield made("h2.heading", problem.code === "NOT_FOUND" ? told.say("missing") : problem.title);
  yield made("p", coded(problem.detail));
  const errors = problem.errors ?? [];
  if (errors.length) yield made("ul.rows", errors.slice(0, 20).map((error) => mistakeOf(error)));
}

function mistakeOf({ pointer, detail }) {
  return made("li", sign("no"), made("div", pointer ? [made("code", pointer), ": "] : "", coded(detail)));
}

// An address that others gave, as a folder in which ours lie; only what a browser fetches as a page is one.
function folder(given) {
  const base = new URL(given ?? HERE, document.baseURI);
  if (!/^https?:$/.test(base.protocol)) throw new TypeError(`${base.protocol} is no address of a service`);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

class EksEndpointDecision extends HTMLElement {
  static observedAttributes = ["decision", "question", "service", "page", "lang"];

  #question = null;
  #token = null;
  #card = made("section.card");
  #news = made("p.hidden");
  #running = null;
  #isDue = false;

  constructor() {
    super();
    this.#card.tabIndex = -1;
    this.#news.setAttribute("role", "status");
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [SHEET];
    root.append(this.#card, this.#news);
  }

  // The question: its JSON as text, or as an object.
  get question() {
    const child = this.querySelector(":scope > script[type='application/json']");
    return this.#question ?? this.getAttribute("question") ?? child?.textContent ?? null;
  }
  set question(given) {
    this.#question = given === null || typeof given === "string" ? given : JSON.stringify(given);
    this.#renew();
  }

  // Who asks, as the service or a proxy in front of it wants it: a token, or a function that gives one. It is sent as
  // `Authorization` and stands in no attribute, so that nothing that reads the page finds it there.
  get token() {
    return this.#token;
  }
  set token(given) {
    this.#token = given;
    this.#renew();
  }

  connectedCallback() {
    // What was set before the element was defined hides what is defined here.
    for (const name of ["question", "token"]) {
      if (!Object.hasOwn(this, name)) continue;
      const given = this[name];
      delete this[name];
      this[name] = given;
    }
    // While a page is read, children are not there yet.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.#renew(), { once: true });
    else this.#renew();
  }
  disconnectedCallback() {
    this.#running?.abort();
  }
  attributeChangedCallback() {
    this.#renew();
  }

  // However much changes at once, it is asked for once.
  #renew() {
    if (this.#isDue || !this.isConnected) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#show();
    });
  }

  async #show() {
    this.#running?.abort();
    const mine = (this.#running = new AbortController());
    const told = new Speaker((this.closest("[lang]")?.lang || navigator.language).split("-")[0]);
    const decision = this.getAttribute("decision");
    const question = decision === null ? this.question : null;
    if (decision === null && question === null) return this.#put("refused", [made("p", told.say("nothing"))], told);
    this.#put("loading", [made("p.over", told.say("name")), made("p", told.say("loading"))], told);
    try {
      const answer = await this.#answer(decision, question, told, mine.signal);
      const said = await answer.json();
      const whole = answer.ok ? await this.#addressOfWhole(said.decision_id, question, told) : null;
      if (this.#running !== mine) return;
      if (answer.ok) this.#put(said.outcome, [...partsOf(said, told, whole)], told);
      else this.#put("refused", [...complaintOf(said, told), this.#again(answer.status, told)], told);
    } catch {
      if (this.#running !== mine) return;
      const parts = [made("h2.heading", told.say("unreachable")), made("p", told.say("unreachable_why"))];
      this.#put("unreachable", [...parts, this.#again(0, told)], told);
    }
  }

  async #answer(decision, question, told, signal) {
    const way = decision === null ? "v1/cards" : `v1/decisions/${encodeURIComponent(decision)}/card`;
    const address = new URL(way, folder(this.getAttribute("service")));
    address.searchParams.set("lang", told.language);
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    const headers = { Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
    const sent = decision === null ? { method: "POST", body: question } : {};
    if (sent.body !== undefined) headers["Content-Type"] = "application/json";
    // Cookies go to the page's own origin only, for a proxy there may want the portal's.
    const ways = { credentials: "same-origin", referrerPolicy: "no-referrer", cache: "no-store" };
    return fetch(address, { ...sent, ...ways, headers, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) });
  }

  // Where people find all of it: the decision that is kept, or the page with the question behind its `#`.
  async #addressOfWhole(id, question, told) {
    const address = folder(this.getAttribute("page"));
    if (id !== null) address.pathname += `decisions/${encodeURIComponent(id)}`;
    address.searchParams.set("lang", told.language);
    if (id === null) address.hash = (await fragmentOf(question)) ?? "";
    return address.href;
  }

  // What may be otherwise in a moment is asked for again; what is refused stays so.
  #again(status, told) {
    if (status && status < 500 && ![404, 408, 409, 429].includes(status)) return null;
    const button = made("button", told.say("again"));
    button.type = "button";
    button.addEventListener("click", () => {
      this.#card.focus({ preventScroll: true });
      this.#show();
    });
    return made("p", button);
  }

  // Puts a state in the place of the present one, and says it to those who do not see it.
  #put(state, parts, told) {
    const heading = parts.find((part) => part?.classList.contains("heading"));
    if (heading) heading.id = "heading";
    this.#card.className = `card ${state}`;
    this.#card.setAttribute("part", `card ${state}`);
    this.#card.lang = told.language;
    this.#card.setAttribute("aria-busy", state === "loading");
    if (heading) {
      this.#card.setAttribute("aria-labelledby", "heading");
      this.#card.removeAttribute("aria-label");
    } else {
      this.#card.setAttribute("aria-label", told.say("name"));
      this.#card.removeAttribute("aria-labelledby");
    }
    this.#card.replaceChildren(...parts.filter((part) => part !== null));
    this.#news.lang = told.language;
    this.#news.textContent = heading?.textContent ?? parts.at(-1).textContent;
  }
}

if (!customElements.get("eks-endpoint-decision")) customElements.define("eks-endpoint-decision", EksEndpointDecision);
