// The drawing pad. Gradio runs this once with `element`, the tab's root, and `server`, whose read() answers
// a picture, whose why() tells what the answer rests on, and whose choose() loads a model.
const SIDE = 280; // px of the picture that is read, whatever the screen
const PAUSE = 80; // ms from one question to the next within a stroke
const STEP = 0.002; // of the pad's side: points closer than this to the last one are the same point

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
const show = hwr.answers(element, server);

let strokes = []; // {width, points: [[x, y], …]}, all in units of the pad's side
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

function ink(context, side, color) {
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = color;
  for (const stroke of strokes) trace(context, side, stroke);
}

function paint() {
  const side = Math.round(pad.clientWidth * devicePixelRatio);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, side, side);
  ink(context, side, getComputedStyle(canvas).color);
}

function picture() {
  const context = sheet.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, SIDE, SIDE);
  ink(context, SIDE, "black");
  return sheet.toDataURL("image/png");
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
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

function width() {
  return brush.value / 100;
}

function showRing(event) {
  const [x, y] = place(event);
  const side = pad.clientWidth;
  ring.style.width = ring.style.height = `${width() * side}px`;
  ring.style.transform = `translate(${x * side}px, ${y * side}px) translate(-50%, -50%)`;
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
  const elsewhere = !canvas.isConnected || canvas.offsetParent === null || event.target.matches?.("input:not([type=range]), textarea");
  if (elsewhere) return;
  const isUndo = (event.ctrlKey || event.metaKey) && event.code === "KeyZ" && !event.shiftKey;
  if (!isUndo && event.key !== "Delete") return;
  event.preventDefault();
  if (isUndo) takeBack();
  else wipe();
});

new ResizeObserver(paint).observe(pad);
// The ink's color follows the theme.
new MutationObserver(paint).observe(document.body, { attributes: true, attributeFilter: ["class"] });
