// The play page: follows the session's state, and shows the screen when there is one.

import { connectControls, enableControls } from "./controls.js";
import { progressWords } from "./eta.js";
import { clock } from "./pace.js";
import { Status } from "./status.js";
import { Viewer } from "./viewer.js";

const ENDED = 4410;
const WORDS = { done: "done", now: "now", next: "" };
const ORDER = ["queued", "booting", "restoring", "screen"];
const REJECTED =
  "Its saved moment could not be used, so it starts from switching on. That takes longer.";

const main = document.querySelector("main");
const notice = document.getElementById("notice");
const elapsed = document.getElementById("elapsed");
const desktop = document.getElementById("desktop");
const steps = document.querySelectorAll("#steps [data-step]");
let runningSince = null;
let restoringSince = null;
let isRejected = false;
let hasConnected = false;

function say(text) {
  if (notice.textContent !== text) notice.textContent = text;
}

function showStep(current, words = WORDS.now) {
  const reached = ORDER.indexOf(current);
  steps.forEach((step, place) => {
    const is = place < reached ? "done" : place === reached ? "now" : "next";
    const text = is === "now" ? words : WORDS[is];
    const state = step.querySelector(".play-step-state");
    if (state.textContent !== text) state.textContent = text;
    if (step.dataset.is === is) return;
    step.dataset.is = is;
    if (is === "now") step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
}

// Which step it is at, and how far.
function follow({ state, memory, progress }) {
  if (memory === "rejected" && !isRejected) say(REJECTED);
  isRejected = memory === "rejected";
  if (isRejected) steps[ORDER.indexOf("restoring")].hidden = true;
  if (state === "booting" && memory === "restoring") {
    restoringSince ??= performance.now();
    const elapsed = (performance.now() - restoringSince) / 1000;
    showStep("restoring", progressWords(elapsed, progress ?? 0));
  } else {
    showStep(state === "running" ? "screen" : state);
  }
}

const viewer = new Viewer(document.getElementById("screen"), {
  onConnected() {
    main.dataset.screen = "connected";
    enableControls(true);
    say(isRejected ? REJECTED : hasConnected ? "Connected again." : "");
    // Where somebody types or chooses something, the focus stays.
    const isBusy = document.activeElement?.closest("dialog, select, details");
    if (!isBusy) viewer.focus();
    hasConnected = true;
    if (main.dataset.state !== "running") status.ask();
  },
  onDropped(code, tries) {
    enableControls(false);
    if (!hasConnected && tries > 3) say("The screen cannot be reached yet. Trying again.");
    if (hasConnected) {
      main.dataset.screen = "reconnecting";
      say("The connection to the screen was lost. Connecting again. The program runs on.");
    }
    if (code === ENDED || hasConnected) status.ask();
  },
});

const status = new Status(main.dataset.statusUrl, {
  onStatus(status) {
    const { state, reason, seconds, viewer: target, desktop_url: link } = status;
    // What follows is another page: why it ended, and a way on.
    if (state === "ended" || state === "failed") return location.reload();
    main.dataset.state = state;
    follow(status);
    // Known as soon as the machine is: the server lets a viewer that is early wait.
    if (target) viewer.show(target);
    if (link) desktop.href = link;
    if (state === "running") {
      runningSince = performance.now() - seconds * 1000;
    } else {
      say(isRejected ? REJECTED : reason);
    }
  },
  onSilence() {
    if (!viewer.isConnected) say("The portal does not answer. Trying again.");
  },
});

setInterval(() => {
  if (runningSince !== null) {
    elapsed.textContent = clock((performance.now() - runningSince) / 1000);
  }
}, 1000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) status.ask();
});
connectControls(viewer, say);
status.ask();
