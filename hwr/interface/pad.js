// The drawing pad. Gradio runs this once with `element`, the tab's root, and `server`, whose read() answers
// a picture, whose why() tells what the answer rests on, and whose choose() loads a model.
const SIDE = 280; // px: the height of the picture that is read, whatever the screen
const PAUSE = 80; // ms from one question to the next within a stroke
const STEP = 0.002; // of the pad's height: points closer than this to the last one are the same point
const FINE = 0.6; // of the brush that writes one digit writes the many of a number

const pad = element.querySelector(".pad");
const canvas = pad.querySelector("canvas");
const ring = pad.querySelector(".ring");
const brush = element.querySelector(".brush input");
const undo = element.querySelector(".undo");
const clear = element.querySelector(".clear");
const sheet = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
const again = () => strokes.length && changed();
hwr.picker(element, server, again);
hwr.wishing(element, again);
hwr.wishes.listen(invite);
const show = hwr.answers(element, server, again);

// {width, points: [[x, y], …]}, all in units of the pad's height; x is 0.5 in its middle, however wide it is
let strokes = [];
let cleared = []; // what "clear" took away: "undo" brings it back
let pen = null; // the pointer that is writing now
let version = 0; // of the drawing; every change makes another
let blank = 0; // the version in which the pad was last empty
let asking = false;
let asked = 0;
let timer = 0;

hwr.translate(element);

// ---- ink

function trace(context, side, { width, points }) {
  context.lineWidth = width * side;
  context.beginPath();
  context.moveTo(points[0][0] * side, points[0][1] * side);
  // Curves from midpoint to midpoint, bent by the points themselves: smooth, however quick the hand.
  for (let k = 1; k < points.length - 1; k++) {
    const [x, y] = points[k];
    const [nextX, nextY] = points[k + 1];
    context.quadraticCurveTo(x * side, y * side, ((x + nextX) / 2) * side, ((y + nextY) / 2) * side);
  }
  const [x, y] = points[points.length - 1];
  // A tap is a dot, which is how a zero is written; a line of no length would leave nothing.
  context.lineTo(x * side, y * side + (points.length === 1 ? 0.01 : 0));
  context.stroke();
}

function ink(context, width, side, color) {
  context.setTransform(1, 0, 0, 1, (width - side) / 2, 0);
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = color;
  for (const stroke of strokes) trace(context, side, stroke);
  context.resetTransform();
}

function paint() {
  const [width, side] = [pad.clientWidth, pad.clientHeight].map((length) => Math.round(length * devicePixelRatio));
  if (canvas.width !== width || canvas.height !== side) Object.assign(canvas, { width, height: side });
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, side);
  ink(context, width, side, getComputedStyle(canvas).color);
}

function picture() {
  if (pad.clientHeight) sheet.width = Math.round((SIDE * pad.clientWidth) / pad.clientHeight); // not behind the other tab
  const context = sheet.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, sheet.width, SIDE);
  ink(context, sheet.width, SIDE, "black");
  return sheet.toDataURL("image/png");
}

function invite() {
  const hint = pad.querySelector(".hint");
  hint.dataset.word = hwr.wishes.isNumber() ? "pad-hint-number" : "pad-hint";
  hint.textContent = hwr.say(hint.dataset.word);
}

// ---- questions and answers

function changed() {
  version++;
  requestAnimationFrame(paint);
  pad.classList.toggle("written", strokes.length > 0);
  undo.disabled = !strokes.length && !cleared.length;
  clear.disabled = !strokes.length;
  if (strokes.length) return ask();
  blank = version;
  show(null);
}

// One question at a time; a lifted pen waits for nothing.
function ask() {
  clearTimeout(timer);
  if (asking) return;
  const wait = pen === null ? 0 : asked + PAUSE - performance.now();
  if (wait > 0) timer = setTimeout(send, wait);
  else send();
}

async function send() {
  asking = true;
  asked = performance.now();
  const about = version;
  const answer = await hwr.ask(server, picture());
  asking = false;
  const current = about > blank;
  if (current && !answer.busy) show(answer, about === version && pen === null);
  if (strokes.length && (about !== version || answer.busy)) ask();
}

// ---- pen

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left - box.width / 2) / box.height + 0.5, (event.clientY - box.top) / box.height];
}

function width() {
  return (brush.value / 100) * (hwr.wishes.isNumber() ? FINE : 1);
}

function showRing(event) {
  const box = canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  ring.style.width = ring.style.height = `${width() * box.height}px`;
  ring.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
  ring.hidden = event.pointerType === "touch";
}

function down(event) {
  if (pen !== null || event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  pen = event.pointerId;
  cleared = [];
  strokes.push({ width: width(), points: [place(event)] });
  changed();
}

function move(event) {
  showRing(event);
  if (event.pointerId !== pen) return;
  const { points } = strokes[strokes.length - 1];
  const before = points.length;
  const events = event.getCoalescedEvents?.() ?? [];
  for (const point of (events.length ? events : [event]).map(place)) {
    const [x, y] = points[points.length - 1];
    if (Math.hypot(point[0] - x, point[1] - y) > STEP) points.push(point);
  }
  if (points.length > before) changed();
}

function up(event) {
  if (event.pointerId !== pen) return;
  pen = null;
  changed();
}

canvas.addEventListener("pointerdown", down);
canvas.addEventListener("pointermove", move);
canvas.addEventListener("pointerup", up);
canvas.addEventListener("pointercancel", up);
canvas.addEventListener("pointerleave", () => (ring.hidden = true));

// ---- tools

function takeBack() {
  if (pen !== null) return;
  if (strokes.length) strokes.pop();
  else [strokes, cleared] = [cleared, []];
  changed();
}

function wipe() {
  if (pen !== null || !strokes.length) return;
  [strokes, cleared] = [[], strokes];
  changed();
}

undo.addEventListener("click", takeBack);
clear.addEventListener("click", wipe);
document.addEventListener("keydown", (event) => {
  if (!canvas.isConnected || canvas.offsetParent === null) return; // nothing else on this tab takes text
  const isUndo = (event.ctrlKey || event.metaKey) && event.code === "KeyZ" && !event.shiftKey;
  if (!isUndo && event.key !== "Delete") return;
  event.preventDefault();
  if (isUndo) takeBack();
  else wipe();
});

new ResizeObserver(paint).observe(pad);
// The ink's color follows the theme.
new MutationObserver(paint).observe(document.body, { attributes: true, attributeFilter: ["class"] });
