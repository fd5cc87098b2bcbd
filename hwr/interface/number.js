// Shows numbers in one tab: hwr.numbers(desk) gives the function that puts one on the page, or null for none.
hwr.numbers = (desk) => {
  const panel = desk.querySelector(".answer");
  const [whole, parts, found] = ["whole", "parts", "found"].map((name) => panel.querySelector(`.${name}`));
  const boxes = desk.querySelector(".boxes"); // on the pad, or on the picture

  const make = (kind, className, textContent = "") => Object.assign(document.createElement(kind), { className, textContent });

  function box({ box: [x0, y0, x1, y1], sure }) {
    const frame = make("i", sure ? "" : "doubtful");
    const place = { left: x0, top: y0, width: x1 - x0, height: y1 - y0 };
    for (const [side, share] of Object.entries(place)) frame.style[side] = `${100 * share}%`;
    return frame;
  }

  function chance({ digit, confidence, sure, padded }, script) {
    const item = make("li", sure ? "" : "doubtful");
    const rail = make("i", "rail");
    rail.append(make("i", ""));
    rail.style.setProperty("--share", confidence.toFixed(4));
    const seen = make("i", "seen");
    if (padded) seen.append(Object.assign(new Image(), { src: padded, alt: "" }));
    item.append(seen, make("b", "", hwr.written(digit, script)), rail, make("span", "share", hwr.percent(confidence)));
    return item;
  }

  return (answer) => {
    const { text = "", digits = [], script, picture } = answer ?? {};
    whole.textContent = hwr.written(text, script);
    whole.style.setProperty("--count", Math.max(4, text.length));
    boxes.replaceChildren(...digits.map(box));
    parts.replaceChildren(...digits.map((digit) => chance(digit, script)));
    found.hidden = !picture;
    if (picture) found.querySelector("img").src = picture;
  };
};
