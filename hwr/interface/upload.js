// Pictures from a file, the clipboard, the camera or the examples. Gradio runs this once with `element`,
// the tab's root, and `server`, whose read() takes a picture's data: URL and answers it.
const MOST = 4_000_000; // bytes: a larger picture is made smaller here, before it is sent
const LONGEST = 2048; // px: of the picture that is made smaller

const drop = element.querySelector(".drop");
const input = drop.querySelector("input");
const preview = drop.querySelector(".preview");
const video = drop.querySelector("video");
const [camera, shoot, cancel, clear] = ["camera", "shoot", "cancel", "clear"].map((name) =>
  element.querySelector(`.${name}`),
);
const show = hwr.answers(element);
let question = 0; // counts the pictures, so that a late answer is not shown for a newer one

hwr.translate(element);

async function read(url) {
  const mine = ++question;
  preview.src = url;
  preview.hidden = false;
  clear.hidden = false;
  drop.classList.add("busy");
  const answer = await hwr.ask(server, url);
  if (mine !== question) return;
  drop.classList.remove("busy");
  show(answer);
}

function forget() {
  question++;
  preview.removeAttribute("src");
  preview.hidden = clear.hidden = true;
  drop.classList.remove("busy");
  input.value = "";
  show(null);
}

function urlOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function photograph(source, width, height) {
  const factor = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * factor);
  canvas.height = Math.round(height * factor);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.92);
}

// A large picture that this browser can't show goes as it is: the server's sentence says what is wrong.
async function take(file) {
  if (!file) return;
  close();
  if (file.size > MOST) {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (bitmap) return read(photograph(bitmap, bitmap.width, bitmap.height));
  }
  return read(await urlOf(file));
}

// ---- camera

async function open() {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return show({ error: "no-camera" });
  }
  drop.classList.add("live");
  video.hidden = shoot.hidden = cancel.hidden = false;
  camera.hidden = clear.hidden = true;
}

function close() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  drop.classList.remove("live");
  video.hidden = shoot.hidden = cancel.hidden = true;
  camera.hidden = false;
  clear.hidden = preview.hidden;
}

function snap() {
  const url = photograph(video, video.videoWidth, video.videoHeight);
  close();
  return read(url);
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
    read(example.querySelector("img").src);
  });
}
camera.addEventListener("click", open);
shoot.addEventListener("click", snap);
cancel.addEventListener("click", close);
clear.addEventListener("click", forget);
