// Asks what a picture shows: a data: URL -> an answer as it is wanted when it comes: by that model, in that script,
// of a digit or a number. Gradio answers undefined where its server doesn't.
hwr.ask = async (server, url) => {
  const wish = () => [hwr.models.chosen().name, hwr.wishes.script(), hwr.wishes.isNumber()];
  for (;;) {
    const wanted = wish();
    const [model, script, isNumber] = wanted;
    const question = { url, model, script };
    const answer = await (isNumber ? server.number(question) : server.read(question));
    if (String(wanted) === String(wish())) return { ...(answer ?? { error: "unreachable" }), asked: { model, script } };
  }
};

// Shows answers in one tab: hwr.answers(desk, server, again) gives the function that puts one on the page. `again`
// reads the tab's picture once more.
hwr.answers = (desk, server, again) => {
  const RIVAL = 0.05; // a digit less likely than this is not worth a mention
  const LOST = 3000; // ms: a server that did not answer is asked again after so long
  const REST = 150; // ms: when a pen has rested for so long, what its answer rests on is asked for
  const SAME = { persian: "same-persian", latin: "same-latin" };
  const OTHERS = { persian: "other-persian", latin: "other-latin" };
  const NEAR_OTHERS = { persian: "near-or-persian", latin: "near-or-latin" };
  const READ_AS = { persian: "as-persian", latin: "as-latin" };
  const panel = desk.querySelector(".answer");
  const part = (name) => panel.querySelector(`.${name}`);
  const bars = [...panel.querySelectorAll(".bars li")];
  const showNumber = hwr.numbers(desk);
  const frames = [...desk.querySelectorAll(".stages img")];
  let answer = null;
  let settled = true;
  let retry = 0;

  function state() {
    if (!answer) return "waiting";
    if (answer.error) return "error";
    if (answer.digit === null || answer.text === "") return "none";
    return answer.sure ? "sure" : "unsure";
  }

  // The next likely digit as the answer's script writes it; "" where there is none to mention.
  function rival() {
    const [, [share, digit]] = answer.probabilities.map((share, digit) => [share, digit]).sort((a, b) => b[0] - a[0]);
    const isOther = digit === Number(answer.other?.digit);
    return share < RIVAL || isOther ? "" : hwr.written(digit, answer.script);
  }

  // What else one digit could be: another one, the other script's reading of the same shape, or both.
  function doubt() {
    const near = answer.sure ? "" : rival();
    if (answer.other) {
      const { digit, script, probability } = answer.other;
      const told = { near, digit: hwr.written(digit, script), percent: hwr.percent(probability) };
      const words = near ? NEAR_OTHERS : digit === answer.digit ? SAME : OTHERS;
      return hwr.say(words[script], told);
    }
    if (answer.sure) return "";
    return near ? hwr.say("perhaps", { near }) : hwr.say("doubtful");
  }

  // How sure a number is, in a sentence that fits its marked digits; and where a visitor did not say it, its script.
  function sentencesOfNumber(percent) {
    const marked = answer.digits.filter(({ sure }) => !sure).length;
    const whole = hwr.say(answer.sure || marked ? "whole" : "unsure", { percent });
    const wasOpen = hwr.models.chosen().script === "both" && answer.asked.script === "auto";
    const script = wasOpen ? hwr.say(READ_AS[answer.script]) : "";
    if (!marked) return [whole, script];
    return [hwr.say(marked === 1 ? "marked-digit" : "marked-digits"), script ? `${whole} · ${script}` : whole];
  }

  // [verdict, remark] of each state. Most errors are the server's sentences, in English: another language
  // has one piece of advice for all of them, and the sentence below it as a detail.
  function sentences(now) {
    if (now === "error") {
      if (hwr.knows(answer.error)) return [hwr.say(answer.error), ""];
      return hwr.knows("advice") ? [hwr.say("error"), hwr.say("advice"), answer.error] : [hwr.say("error"), answer.error];
    }
    if (now === "none") return [hwr.say(answer.digits ? "no-number" : "none"), hwr.say(answer.reason)];
    if (now === "waiting") return [hwr.say(now), ""];
    const percent = hwr.percent(answer.confidence);
    return answer.digits ? sentencesOfNumber(percent) : [hwr.say(now, { percent }), doubt()];
  }

  function showChances(now) {
    const known = Boolean(answer?.probabilities) && (now === "sure" || now === "unsure");
    bars.forEach((bar, digit) => {
      const share = known ? answer.probabilities[digit] : 0;
      bar.style.setProperty("--share", share.toFixed(4));
      bar.classList.toggle("best", known && digit === Number(answer.digit));
      bar.querySelector(".share").textContent = share >= 0.01 ? hwr.percent(share) : "";
      bar.title = hwr.say("chance", { digit: hwr.numeral(digit), percent: hwr.percent(share) });
    });
  }

  function showStages() {
    for (const frame of frames) {
      const picture = answer?.stages?.[frame.dataset.stage];
      if (picture) frame.src = picture;
      else frame.removeAttribute("src");
    }
    const side = hwr.number(hwr.models.chosen().side);
    desk.querySelector(".stages .side").textContent = hwr.say("padded-text", { side });
    const heat = desk.querySelector(".heat");
    if (answer?.heat) heat.style.maskImage = `url(${answer.heat})`;
    desk.querySelector(".process").classList.toggle("warm", Boolean(answer?.heat));
  }

  // What an answer rests on comes after it, and only when no other follows at once: it costs some thirty answers.
  async function explain() {
    const about = answer;
    if (!about?.digit || !about.stages.padded) return;
    await new Promise((resolve) => setTimeout(resolve, REST));
    if (about !== answer) return;
    const told = await server.why({ url: about.stages.padded, ...about.asked });
    if (about !== answer || !told?.heat) return;
    answer.heat = told.heat;
    showStages();
  }

  function show() {
    const now = state();
    const [verdict, remark, detail = ""] = sentences(now);
    part("latin").textContent = answer?.digit ?? "";
    part("persian").textContent = answer?.digit ? hwr.written(answer.digit, "persian") : "";
    part("verdict").textContent = verdict;
    part("remark").textContent = remark;
    part("detail").textContent = detail;
    part("several").hidden = !answer?.several;
    showChances(now);
    showStages();
    showNumber(answer);
    panel.dataset.state = now;
    panel.dataset.digit = answer?.digit ?? "";
    panel.dataset.text = answer?.text ?? "";
    panel.dataset.script = answer?.script ?? "";
    panel.dataset.model = answer?.model ?? "";
    panel.dataset.settled = settled;
    panel.dataset.count = Number(panel.dataset.count ?? 0) + 1;
    // A screen reader hears the answer once, when the pen has lifted.
    const read = answer?.digit ? hwr.numeral(answer.digit) : answer?.text;
    if (settled) part("spoken").textContent = [read, verdict, remark].filter(Boolean).join(" · ");
  }

  part("several").querySelector("button").addEventListener("click", () => {
    hwr.wishes.set({ isNumber: true });
    desk.querySelector(".many input").focus();
  });
  hwr.listen(show);
  show();
  return (news, isSettled = true) => {
    answer = news;
    settled = isSettled;
    clearTimeout(retry);
    if (answer?.error === "unreachable") retry = setTimeout(again, LOST);
    show();
    if (settled) explain();
  };
};
