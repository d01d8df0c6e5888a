// The page's words come with the page, in its language; none stands in a script.
export const words = document.body.dataset;

const news = document.getElementById("news");
let fading;

export function say(text) {
  clearTimeout(fading);
  news.textContent = text;
  fading = setTimeout(() => { news.textContent = ""; }, 6000);
}
