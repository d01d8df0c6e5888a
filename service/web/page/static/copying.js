import { say, words } from "./words.js";
import { addressOfQuestion } from "./state.js";

export async function copyFrom(button) {
  const id = button.dataset.copy;
  const address = id ? null : await addressOfQuestion();
  if (!id && !address) return say(words.tooLong);
  const text = id ? document.getElementById(id).textContent : location.origin + address;
  try {
    await navigator.clipboard.writeText(text);
    say(words.copied);
  } catch {
    say(words.notCopied);
  }
}
