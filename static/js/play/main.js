// The play page: follows the session's state, and shows the screen when there is one.

import { connectControls, enableControls } from "./controls.js";
import { clock } from "./pace.js";
import { Status } from "./status.js";
import { Viewer } from "./viewer.js";

const ENDED = 4410;
const WORDS = { done: "done", now: "now", next: "" };
const ORDER = ["queued", "booting", "screen"];

const main = document.querySelector("main");
const notice = document.getElementById("notice");
const elapsed = document.getElementById("elapsed");
const steps = document.querySelectorAll("#steps [data-step]");
let runningSince = null;
let hasConnected = false;

function say(text) {
  if (notice.textContent !== text) notice.textContent = text;
}

function showStep(current) {
  const reached = ORDER.indexOf(current);
  steps.forEach((step, place) => {
    const is = place < reached ? "done" : place === reached ? "now" : "next";
    if (step.dataset.is === is) return;
    step.dataset.is = is;
    step.querySelector(".play-step-state").textContent = WORDS[is];
    if (is === "now") step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
}

const viewer = new Viewer(document.getElementById("screen"), {
  onConnected() {
    main.dataset.screen = "connected";
    enableControls(true);
    say(hasConnected ? "Connected again." : "");
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
  onStatus({ state, reason, seconds, viewer: target }) {
    // What follows is another page: why it ended, and a way on.
    if (state === "ended" || state === "failed") return location.reload();
    main.dataset.state = state;
    showStep(state === "running" ? "screen" : state);
    // Known as soon as the machine is: the server lets a viewer that is early wait.
    if (target) viewer.show(target);
    if (state === "running") {
      runningSince = performance.now() - seconds * 1000;
    } else {
      say(reason);
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
