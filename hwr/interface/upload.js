// Pictures from a file, the clipboard, the camera or the examples. Gradio runs this once with `element`,
// the tab's root, and `server`, whose read() answers a picture, whose why() tells what the answer
// rests on, and whose choose() loads a model.
const LONGEST = 2048; // px: of a picture that is made smaller

const drop = element.querySelector(".drop");
const most = JSON.parse(drop.dataset.most); // what the server takes: bytes, pixels, and px of a side
const input = drop.querySelector("input");
const preview = drop.querySelector(".preview");
const video = drop.querySelector("video");
const [camera, shoot, cancel, clear] = ["camera", "shoot", "cancel", "clear"].map((name) =>
  element.querySelector(`.${name}`),
);
const again = () => latest && read(latest);
hwr.picker(element, server, again);
hwr.wishing(element, again);
const show = hwr.answers(element, server, again);
let question = 0; // counts the pictures, so that a late answer is not shown for a newer one
let latest = null; // the newest picture as {url}: another model reads it again

hwr.translate(element);

// `source` is {url} or {error}, or a promise of it: from here on it is the newest picture, however long it takes.
async function read(source) {
  const mine = ++question;
  drop.classList.add("busy");
  const { url, error } = await source;
  if (mine !== question) return;
  latest = url ? { url } : null;
  if (url) preview.src = url;
  preview.hidden = !url;
  clear.hidden = false;
  let answer = error ? { error } : await hwr.ask(server, url);
  while (answer.busy && mine === question) {
    show(answer, false);
    answer = await hwr.ask(server, url);
  }
  if (mine !== question) return;
  drop.classList.remove("busy");
  show(answer);
}

function forget() {
  question++;
  latest = null;
  preview.removeAttribute("src");
  preview.hidden = clear.hidden = true;
  drop.classList.remove("busy");
  input.value = "";
  show(null);
}

// A file as {url}; a folder, or a file that is gone, as {error}.
function load(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ url: reader.result });
    reader.onerror = () => resolve({ error: "no-file" });
    reader.readAsDataURL(file);
  });
}

// A picture that the browser shows, made smaller where it is large, as {url}.
function photograph(source, width, height) {
  const factor = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * factor);
  canvas.height = Math.round(height * factor);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return { url: canvas.toDataURL("image/jpeg", 0.92) };
}

// A file as {url}, made smaller where the server would refuse it, or {error}.
async function fit(file) {
  const bitmap = await createImageBitmap(file).catch(() => null); // TIFF and HEIC, in most browsers
  const { width = 0, height = 0 } = bitmap ?? {};
  const large = file.size > most.bytes || width * height > most.pixels || Math.max(width, height) > most.side;
  if (!large) return load(file);
  return bitmap ? photograph(bitmap, width, height) : { error: "too-large" };
}

async function take(file) {
  if (!file) return;
  close();
  await read(fit(file));
}

// ---- camera

async function open() {
  camera.disabled = true; // until the visitor has allowed it or not
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return show({ error: "no-camera" });
  } finally {
    camera.disabled = false;
  }
  if (away()) return close();
  drop.classList.add("live");
  video.hidden = shoot.hidden = cancel.hidden = false;
  camera.hidden = clear.hidden = true;
}

// At the other tab, where this one has no size, or at another page: nobody is filmed who looks elsewhere.
function away() {
  return document.hidden || drop.offsetParent === null;
}

function close() {
  if (!video.srcObject) return;
  for (const track of video.srcObject.getTracks()) track.stop();
  video.srcObject = null;
  drop.classList.remove("live");
  video.hidden = shoot.hidden = cancel.hidden = true;
  shoot.disabled = true;
  camera.hidden = false;
  clear.hidden = preview.hidden;
}

function snap() {
  const picture = photograph(video, video.videoWidth, video.videoHeight);
  close();
  return read(picture);
}

// ---- where pictures come from

// A picture that the browser can't show has no preview.
preview.addEventListener("error", () => (preview.hidden = true));
input.addEventListener("change", async () => {
  await take(input.files[0]);
  input.value = ""; // the same file may be chosen again
});
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  if (element.isConnected && element.offsetParent !== null) take(event.clipboardData.files[0]);
});
for (const example of element.querySelectorAll(".examples button")) {
  example.addEventListener("click", () => {
    close();
    read({ url: example.querySelector("img").src });
  });
}
camera.addEventListener("click", open);
video.addEventListener("loadeddata", () => (shoot.disabled = false)); // before its first frame there is no picture
shoot.addEventListener("click", snap);
cancel.addEventListener("click", close);
clear.addEventListener("click", forget);

new ResizeObserver(() => away() && close()).observe(drop);
document.addEventListener("visibilitychange", () => away() && close());
