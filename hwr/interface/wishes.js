// How a visitor wants pictures to be read: as one digit or a number, in a script or in either. The tabs share it.
hwr.wishes = (() => {
  const listeners = [];
  // Until the visitor says which script, the page's language does: a drawn ۶ could be a 7, but who reads Persian means ۶.
  const usual = { fa: "persian", en: "auto" };
  const wish = { script: null, isNumber: false };

  const wanted = () => wish.script ?? usual[hwr.spoken()];

  return {
    wanted,
    // A network of one script is not asked for another.
    script: () => (hwr.models.chosen().script === "both" ? wanted() : "auto"),
    isNumber: () => wish.isNumber,
    set(change) {
      Object.assign(wish, change);
      for (const listener of listeners) listener();
    },
    listen: (listener) => listeners.push(listener),
  };
})();

// The switches in one tab. `again` reads the tab's picture once more.
hwr.wishing = (desk, again) => {
  const scripts = desk.querySelector(".scripts");
  const many = desk.querySelector(".many input");

  function show() {
    scripts.hidden = hwr.models.chosen().script !== "both";
    for (const button of scripts.children) {
      button.setAttribute("aria-pressed", String(button.dataset.script === hwr.wishes.script()));
    }
    many.checked = hwr.wishes.isNumber();
    desk.querySelector(".desk").classList.toggle("number", many.checked);
  }

  for (const button of scripts.children) {
    button.addEventListener("click", () => hwr.wishes.set({ script: button.dataset.script }));
  }
  many.addEventListener("change", () => hwr.wishes.set({ isNumber: many.checked }));
  hwr.wishes.listen(() => {
    show();
    again();
  });
  hwr.models.listen(show);
  hwr.listen(() => {
    const before = scripts.querySelector('[aria-pressed="true"]')?.dataset.script;
    show();
    if (before !== hwr.wishes.script()) again();
  });
  show();
};
