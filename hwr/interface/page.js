// The page's language: every element with data-word is filled from hwrWords, in English or Persian.
// It runs before the tabs are built; they find it as `hwr`.
window.hwr = (() => {
  const words = window.hwrWords;
  const TABS = ["draw", "upload"];
  const listeners = [];
  let language = first();

  function first() {
    const wished = [location.hash.slice(1), remembered(), navigator.language.slice(0, 2)];
    return wished.find((name) => name in words) ?? "en";
  }

  // A page inside another one's frame may be forbidden to remember anything.
  function remembered() {
    try {
      return localStorage.getItem("hwr-language");
    } catch {
      return null;
    }
  }

  function remember() {
    try {
      localStorage.setItem("hwr-language", language);
    } catch {
      /* the address still carries the language */
    }
  }

  function say(key, values = {}) {
    const word = words[language][key] ?? key;
    return word.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  function knows(key) {
    return key in words[language];
  }

  // Rounded down and below 100%: nothing here is certain.
  function percent(share) {
    const steps = share > 0.99 ? 1000 : 100;
    const floor = Math.min(Math.floor(share * steps + 1e-9) / steps, 0.999);
    const locale = language === "fa" ? "fa-IR" : "en-US";
    return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(floor);
  }

  function number(value, digits = 0) {
    const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(language === "fa" ? "fa-IR" : "en-US", shown).format(value);
  }

  // What was measured, rounded as the tables have it: 0.9972 is 99.72%, 0.99425 is 99.42%, 0.99165 is 99.17%.
  function measured(share) {
    const shown = { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 };
    const rounded = (100 * share).toFixed(2) / 100;
    return new Intl.NumberFormat(language === "fa" ? "fa-IR" : "en-US", shown).format(rounded);
  }

  // A digit or a number as a script writes it.
  function written(digits, script) {
    return script === "persian" ? String(digits).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(digits);
  }

  // The same as the page's language writes it.
  function numeral(digits) {
    return written(digits, language === "fa" ? "persian" : "latin");
  }

  function translate(root) {
    for (const part of root.querySelectorAll("[data-word]")) part.textContent = say(part.dataset.word);
    for (const part of root.querySelectorAll("[data-word-label]")) {
      const label = say(part.dataset.wordLabel, { written: numeral(part.dataset.written ?? "") });
      part.setAttribute("aria-label", label);
      if (part.matches("button")) part.title = label;
    }
    for (const part of root.querySelectorAll(".hwr")) part.dir = language === "fa" ? "rtl" : "ltr";
    for (const name of TABS) {
      const tab = document.getElementById(`${name}-button`);
      if (tab) tab.textContent = say(name);
    }
    document.documentElement.lang = language;
    document.documentElement.dir = language === "fa" ? "rtl" : "ltr";
    document.title = say("title");
  }

  function speak(name) {
    language = name;
    remember();
    history.replaceState(history.state, "", `#${name}`);
    translate(document);
    for (const listener of listeners) listener();
  }

  addEventListener("hashchange", () => location.hash.slice(1) in words && speak(location.hash.slice(1)));

  return {
    say,
    knows,
    percent,
    number,
    measured,
    written,
    numeral,
    translate,
    speak,
    spoken: () => language,
    listen: (listener) => listeners.push(listener),
  };
})();
