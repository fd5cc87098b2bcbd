// The models to choose from, and the one that answers: the tabs share it, and each visitor has their own.
hwr.models = (() => {
  const PAUSE = 500; // ms between two questions whether a model is loaded
  const LEADS = { persian: "lead-persian", latin: "lead-latin", both: "lead-both" };
  const LEADS_OF_NUMBERS = {
    persian: "lead-number-persian",
    latin: "lead-number-latin",
    both: "lead-number-both",
  };
  const LICENSES = {
    hoda: "license-hoda",
    mnist: "license-mnist",
    "hoda+mnist": "license-both",
    "gan-digits": "license-gan",
  };
  const listeners = [];
  let all = [];
  let chosen = null;
  let coming = null; // {model, since}: what is loaded now, while the chosen one goes on answering
  let failure = null; // {model, error}: what could not be loaded

  // The first is the one that is served to everyone.
  function learn(models) {
    if (all.length) return;
    all = models;
    chosen = all[0];
    hwr.listen(dress);
    hwr.wishes.listen(dress);
    dress();
  }

  // What the page says outside of its tabs.
  function dress() {
    document.documentElement.dataset.script = chosen.script;
    const leads = hwr.wishes.isNumber() ? LEADS_OF_NUMBERS : LEADS;
    for (const lead of document.querySelectorAll(".lead")) lead.dataset.word = leads[chosen.script];
    for (const license of document.querySelectorAll(".license")) {
      license.dataset.word = LICENSES[chosen.data] ?? "";
      license.hidden = !license.dataset.word;
    }
    for (const part of document.querySelectorAll(".lead, .license")) part.textContent = hwr.say(part.dataset.word);
  }

  function tell(isOther = false) {
    for (const listener of listeners) listener(isOther);
  }

  async function choose(model, server) {
    failure = null;
    const mine = { model, since: performance.now() };
    coming = model === chosen ? null : mine;
    tell();
    while (coming === mine) {
      const { side, error } = (await server.choose(model.name)) ?? { error: "unreachable" };
      if (coming !== mine) return; // another one was chosen meanwhile
      if (error) failure = { model, error };
      if (side) [chosen, model.side] = [model, side];
      if (side || error) coming = null;
      if (side) dress();
      tell(Boolean(side));
      if (coming) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  return {
    learn,
    choose,
    all: () => all,
    chosen: () => chosen,
    coming: () => coming,
    failure: () => failure,
    listen: (listener) => listeners.push(listener),
  };
})();

// The line in one tab that tells which model answers, and the list behind it. `again` reads the tab's picture
// once more, with the model that was chosen.
hwr.picker = (desk, server, again) => {
  const SETS = { hoda: "set-hoda", "gan-digits": "set-gan", mnist: "MNIST" };
  const SCRIPTS = { persian: "reads-persian", latin: "reads-latin", both: "reads-both" };
  const TERMS = { hoda: "non-commercial", "hoda+mnist": "non-commercial" };
  const picker = desk.querySelector(".picker");
  const part = (name) => picker.querySelector(`.${name}`);
  const [change, choices] = [part("change"), part("choices")];

  // Names and numbers run from left to right in a Persian sentence, too.
  const isolated = (text) => `\u2068${text}\u2069`;
  const joined = (parts) => parts.filter(Boolean).map(isolated).join(" · ");

  function weight({ size }) {
    return size && hwr.say("megabytes", { size: hwr.number(size / 1e6, size < 1e7 ? 2 : 0) });
  }

  // What was measured where as much is known of the script as here.
  function score({ scores }) {
    return scores[hwr.wishes.wanted()] ?? scores.auto;
  }

  function accuracy(model) {
    const known = score(model);
    return known && hwr.say("accuracy", { percent: hwr.measured(known.accuracy), set: set(known) });
  }

  function set({ set }) {
    return hwr.say(SETS[set] ?? set);
  }

  function origin({ owner }) {
    return owner ? hwr.say("hub", { owner: isolated(owner) }) : hwr.say("shipped");
  }

  function tested(model) {
    const known = score(model);
    return known && hwr.say(model.published ? "published" : "tested", { n: hwr.number(known.n), set: set(known) });
  }

  function choice(model) {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.dataset.model = model.name;
    button.setAttribute("aria-pressed", String(model === hwr.models.chosen()));
    button.append(
      line("b", isolated(model.name)),
      line("span", score(model) ? hwr.measured(score(model).accuracy) : "–"),
      line("small", joined([hwr.say(SCRIPTS[model.script]), weight(model), origin(model)])),
      line("small", joined([tested(model) || hwr.say("untested"), TERMS[model.data] && hwr.say(TERMS[model.data])])),
    );
    if (model.lacking) button.append(line("small", hwr.say("lacking", { package: isolated(model.lacking) })));
    button.disabled = Boolean(model.lacking);
    button.addEventListener("click", () => {
      close();
      change.focus();
      hwr.models.choose(model, server);
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  function line(kind, textContent, more = {}) {
    return Object.assign(document.createElement(kind), { textContent, ...more });
  }

  // [what happens, why, since when]: most reasons are the server's sentences, in English.
  function news() {
    const [coming, failure] = [hwr.models.coming(), hwr.models.failure()];
    const old = isolated(hwr.models.chosen().name);
    if (failure) {
      const told = hwr.say("not-loaded", { model: isolated(failure.model.name), old });
      return hwr.knows(failure.error) ? [`${told} ${hwr.say(failure.error)}`, "", ""] : [told, failure.error, ""];
    }
    if (!coming) return ["", "", ""];
    const seconds = hwr.number(Math.floor((performance.now() - coming.since) / 1000));
    return [hwr.say("loading", { model: isolated(coming.model.name), old }), "", hwr.say("seconds", { seconds })];
  }

  // A screen reader hears what changes, and nothing twice.
  function write(name, text) {
    if (part(name).textContent !== text) part(name).textContent = text;
  }

  function show() {
    const model = hwr.models.chosen();
    const [happens, why, passed] = news();
    write("by", hwr.say("read-by", { model: isolated(model.name) }));
    const ofDigits = !hwr.wishes.isNumber(); // two networks read a number: neither's figures are those of both
    write("weight", (ofDigits && weight(model)) || "");
    write("measured", (ofDigits && accuracy(model)) || "");
    write("news", happens);
    write("passed", passed);
    write("why", why);
    picker.classList.toggle("loading", Boolean(hwr.models.coming()));
    picker.classList.toggle("failed", Boolean(hwr.models.failure()));
  }

  // There is more to scroll to.
  function hint() {
    choices.classList.toggle("more", choices.scrollHeight - choices.scrollTop - choices.clientHeight > 4);
  }

  function close() {
    choices.hidden = true;
    change.setAttribute("aria-expanded", "false");
  }

  function open() {
    choices.replaceChildren(...hwr.models.all().map(choice));
    choices.hidden = false;
    change.setAttribute("aria-expanded", "true");
    choices.querySelector("[aria-pressed=true]").focus();
    hint();
  }

  choices.addEventListener("scroll", hint);
  change.addEventListener("click", () => (choices.hidden ? open() : close()));
  picker.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || choices.hidden) return;
    close();
    change.focus();
  });
  document.addEventListener("pointerdown", (event) => picker.contains(event.target) || close());

  hwr.models.learn(JSON.parse(picker.dataset.models));
  hwr.wishes.listen(show);
  hwr.models.listen((isOther) => {
    show();
    if (isOther) again();
  });
  hwr.listen(() => {
    close();
    show();
  });
  show();
};
