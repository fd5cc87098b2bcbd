// The language switch, and the line that says why other weights answer than those that were asked for.
const buttons = [...element.querySelectorAll(".languages button")];

function mark() {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.lang === hwr.spoken()));
}

for (const button of buttons) button.addEventListener("click", () => hwr.speak(button.lang));

const notice = element.querySelector(".notice");
const told = JSON.parse(notice.dataset.notice);

// The server's sentence is English: Persian has its own, and that one below it where it tells more.
function explain() {
  notice.hidden = !told;
  if (!told) return;
  const key = told.away ? "away" : "replaced";
  const own = hwr.knows(key);
  notice.querySelector("p").textContent = own ? hwr.say(key, told) : told.sentence;
  notice.querySelector("small").textContent = own && !told.away ? told.sentence : "";
}

hwr.listen(mark);
hwr.listen(explain);
hwr.translate(document);
mark();
explain();
