// The bar above the screen, the keys below it, and the way out of it.

import { NAMED, presses } from "./keys.js";

// A PS/2 keyboard's buffer in the guest holds 16 bytes: a fast typist is slow enough.
const STROKE_MS = 12;
const find = (id) => document.getElementById(id);

export function connectControls(viewer, say) {
  find("esc").addEventListener("click", () => {
    viewer.key(NAMED.Escape);
    viewer.focus();
  });
  find("cad").addEventListener("click", () => {
    viewer.ctrlAltDel();
    viewer.focus();
  });
  connectTyping(viewer, say);
  connectScale(viewer);
  connectFullScreen(viewer);
  connectRestart(viewer, say);
  connectTouchKeys(viewer);
  connectWayOut(viewer);
}

export function enableControls(isConnected) {
  for (const button of document.querySelectorAll("[data-needs-screen]")) {
    button.disabled = !isConnected;
  }
}

function connectTyping(viewer, say) {
  const dialog = find("type-dialog");
  find("type-text").addEventListener("click", () => {
    dialog.returnValue = "cancel";
    dialog.showModal();
  });
  dialog.addEventListener("close", async () => {
    const text = find("text").value;
    find("text").value = "";
    viewer.focus();
    if (dialog.returnValue !== "type") return;
    const { strokes, missing } = presses(text);
    if (missing.length) say(`Not on a US keyboard, and left out: ${missing.join(" ")}`);
    for (const { down, ...key } of strokes) {
      viewer.key(key, down);
      await new Promise((resolve) => setTimeout(resolve, STROKE_MS));
    }
  });
}

function connectScale(viewer) {
  const select = find("scale");
  try {
    select.value = localStorage.getItem("play-scale") ?? "sharp";
  } catch {
    // A browser that keeps nothing still plays.
  }
  viewer.scale = select.value;
  select.addEventListener("change", () => {
    viewer.scale = select.value;
    try {
      localStorage.setItem("play-scale", select.value);
    } catch {
      // As above.
    }
  });
}

function connectFullScreen(viewer) {
  const button = find("fullscreen");
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", async () => {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
    viewer.focus();
  });
  document.addEventListener("fullscreenchange", () => {
    const isFull = document.fullscreenElement !== null;
    button.setAttribute("aria-pressed", String(isFull));
    // Where the browser can: Esc then goes to the program, and leaves when held.
    if (isFull) navigator.keyboard?.lock?.(["Escape"]).catch(() => {});
  });
}

function connectRestart(viewer, say) {
  find("restart-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    say("Restarting.");
    viewer.focus();
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        redirect: "manual",
      });
      if (response.status >= 400) say(await response.text());
      else setTimeout(() => say(""), 3000);
    } catch {
      say("The portal did not answer. Please try again.");
    }
  });
}

function connectTouchKeys(viewer) {
  for (const button of document.querySelectorAll("[data-key]")) {
    const key = NAMED[button.dataset.key];
    const letGo = () => {
      if (button.dataset.down) viewer.key(key, false);
      delete button.dataset.down;
    };
    button.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      button.setPointerCapture(event.pointerId);
      button.dataset.down = "yes";
      viewer.key(key, true);
    });
    button.addEventListener("pointerup", letGo);
    button.addEventListener("pointercancel", letGo);
    // By keyboard or screen reader there is a click, and no pointer.
    button.addEventListener("click", (event) => {
      if (event.detail === 0) viewer.key(key);
    });
  }
}

// Before noVNC, which keeps every key of the screen to itself.
function connectWayOut(viewer) {
  find("screen").addEventListener("keydown", (event) => {
    if (!(event.ctrlKey && event.altKey && event.shiftKey)) return;
    if (!["Control", "Alt", "Shift", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    viewer.releaseKeys();
    find("esc").focus();
  }, { capture: true });
}
