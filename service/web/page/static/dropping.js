import { say, words } from "./words.js";

export function takeDrops(form) {
  if (!form || form.dataset.takes) return;
  form.dataset.takes = "drops";
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    const field = form.querySelector("input[type=file]");
    field.files = event.dataTransfer.files;
    say(words.dropped + [...field.files].map((file) => file.name).join(", "));
    form.requestSubmit(form.querySelector("button"));
  });
}
