// The picture in another mode, of one caller or one step, or two beside each other: drawn by the service.
import { request } from "./keys.js";

export function drawHere(form) {
  if (!form || form.dataset.draws) return;
  form.dataset.draws = "here";
  form.hidden = false;
  for (const field of form.elements) field.disabled = false;
  form.querySelector("button").parentElement.hidden = true;
  form.addEventListener("change", () => draw(form));
}

async function draw(form) {
  const place = document.getElementById("drawing");
  const question = document.getElementById("question-text");
  const wanted = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  if (wanted.get("compare") === wanted.get("mode")) wanted.delete("compare");
  place.setAttribute("aria-busy", "true");
  const answer = question.readOnly
    ? await request(`${form.getAttribute("action")}?${wanted}`)
    : await request(`/v1/diagrams?${wanted}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: question.defaultValue,
      });
  if (answer.ok) {
    const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
    place.replaceChildren(document.adoptNode(drawn));
  }
  place.removeAttribute("aria-busy");
}
