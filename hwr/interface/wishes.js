// How a visitor wants pictures to be read: in a script, or in either. The tabs share it.
hwr.wishes = (() => {
  const listeners = [];
  let script = "auto";

  return {
    // A network of one script is not asked for another.
    script: () => (hwr.models.chosen().script === "both" ? script : "auto"),
    choose(name) {
      script = name;
      for (const listener of listeners) listener();
    },
    listen: (listener) => listeners.push(listener),
  };
})();

// The switches in one tab. `again` reads the tab's picture once more.
hwr.wishing = (desk, again) => {
  const bar = desk.querySelector(".wishes");
  const buttons = [...bar.querySelectorAll(".scripts button")];

  function show() {
    bar.hidden = hwr.models.chosen().script !== "both";
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.script === hwr.wishes.script()));
    }
  }

  for (const button of buttons) button.addEventListener("click", () => hwr.wishes.choose(button.dataset.script));
  hwr.wishes.listen(() => {
    show();
    again();
  });
  hwr.models.listen(show);
  show();
};
