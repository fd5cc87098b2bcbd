// The language switch.
const buttons = [...element.querySelectorAll(".languages button")];

function mark() {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.lang === hwr.spoken()));
}

for (const button of buttons) button.addEventListener("click", () => hwr.speak(button.lang));
hwr.listen(mark);
hwr.translate(document);
mark();
