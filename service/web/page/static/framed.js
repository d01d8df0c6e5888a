// The question in the address of a frame, given to the card in it.
import { holdsQuestion, questionIn } from "./packing.js";

const card = document.querySelector("eks-endpoint-decision");

async function show() {
  try {
    card.question = holdsQuestion(location.hash) ? await questionIn(location.hash) : null;
  } catch {
    card.question = "";
  }
}

addEventListener("hashchange", show);
show();
