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

// Shows answers in one tab: hwr.answers(desk, server) gives the function that puts one on the page.
hwr.answers = (desk, server) => {
  const RIVAL = 0.05; // a digit less likely than this is not worth a mention
  const REST = 150; // ms: when a pen has rested for so long, what its answer rests on is asked for
  const OTHERS = { persian: "other-persian", latin: "other-latin" };
  const panel = desk.querySelector(".answer");
  const part = (name) => panel.querySelector(`.${name}`);
  const bars = [...panel.querySelectorAll(".bars li")];
  const showNumber = hwr.numbers(desk);
  const frames = [...desk.querySelectorAll(".stages img")];
  let answer = null;
  let settled = true;

  function state() {
    if (!answer) return "waiting";
    if (answer.error) return "error";
    if (answer.digit === null || answer.text === "") return "none";
    return answer.sure || answer.digits?.every(({ sure }) => sure) ? "sure" : "unsure";
  }

  function doubt() {
    if (answer.digits) return hwr.say("doubtful-digits");
    const [, [share, digit]] = answer.probabilities.map((share, digit) => [share, digit]).sort((a, b) => b[0] - a[0]);
    if (answer.other && (share < RIVAL || digit === Number(answer.other.digit))) return ""; // that is said below
    return share < RIVAL ? hwr.say("doubtful") : hwr.say("perhaps", { other: hwr.written(digit, answer.script) });
  }

  // The other script's reading of the same shape.
  function other() {
    if (!answer?.other) return "";
    const { digit, script, probability } = answer.other;
    return hwr.say(OTHERS[script], { digit: hwr.written(digit, script), percent: hwr.percent(probability) });
  }

  // [verdict, remark] of each state. Most errors are the server's sentences, in English: another language
  // has one piece of advice for all of them, and the sentence below it as a detail.
  function sentences(now) {
    if (now === "error") {
      if (hwr.knows(answer.error)) return [hwr.say(answer.error), ""];
      return hwr.knows("advice") ? [hwr.say("error"), hwr.say("advice"), answer.error] : [hwr.say("error"), answer.error];
    }
    if (now === "none") return [hwr.say(answer.digits ? "no-number" : "none"), hwr.say(answer.reason)];
    const percent = answer && hwr.percent(answer.confidence);
    return [hwr.say(now, { percent }), now === "unsure" ? doubt() : ""];
  }

  function showChances(now) {
    const known = answer?.probabilities && (now === "sure" || now === "unsure");
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
    part("other").textContent = other();
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
    if (settled) part("spoken").textContent = read ? `${read}: ${verdict} ${other()}` : verdict;
  }

  hwr.listen(show);
  show();
  return (news, isSettled = true) => {
    answer = news;
    settled = isSettled;
    show();
    if (settled) explain();
  };
};
