// Where the service asks who calls: the key is asked for when it is needed, kept in this tab, and sent in a header.
import { words } from "./words.js";

const KEY = "key";
const form = document.getElementById("key");

export const isKnown = () => sessionStorage.getItem(KEY) !== null;

function keyFromPerson(wasRefused) {
  sessionStorage.removeItem(KEY);
  form.hidden = false;
  document.getElementById("progress").hidden = true;
  document.getElementById("key-refused").textContent = wasRefused ? words.keyRefused : "";
  const field = document.getElementById("key-text");
  field.focus();
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      event.stopPropagation();
      sessionStorage.setItem(KEY, field.value.trim());
      field.value = "";
      form.hidden = true;
      resolve();
    };
  });
}

// A request of ours, asked again with another key for as long as the one at hand is not accepted.
export async function request(address, options = {}) {
  for (;;) {
    const key = sessionStorage.getItem(KEY);
    const headers = { ...options.headers, ...(key && { Authorization: `Bearer ${key}` }) };
    const answer = await fetch(address, { ...options, headers });
    if (answer.status !== 401) return answer;
    await keyFromPerson(key !== null);
  }
}
