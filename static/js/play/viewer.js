// The guest's screen: noVNC over the viewer's WebSocket, connected again when dropped.

import RFB from "@novnc/novnc";

import { reconnectPause } from "./pace.js";

// Close codes of the viewer: docs/reference/viewer.md.
const NOT_RUNNING = 4409;
const MODIFIERS = [
  [0xffe3, "ControlLeft"], [0xffe4, "ControlRight"], [0xffe9, "AltLeft"],
  [0xffea, "AltRight"], [0xffe1, "ShiftLeft"], [0xffe2, "ShiftRight"],
];

export class Viewer {
  #screen;
  #events;
  #rfb = null;
  #target = null;
  #tries = 0;
  #timer = 0;
  #scale = "sharp";

  // events: onConnected(), onDropped(closeCode, tries)
  constructor(screen, events) {
    this.#screen = screen;
    this.#events = events;
  }

  get isConnected() {
    return this.#rfb !== null && this.#screen.dataset.connected === "yes";
  }

  // Does nothing for a machine that is connected, or being connected, already.
  show({ url, token }) {
    if (this.#target?.url === url && this.#target?.token === token) return;
    this.#target = { url, token };
    this.#connect();
  }

  set scale(value) {
    this.#scale = value;
    this.#screen.dataset.scale = value;
    if (this.#rfb) this.#rfb.scaleViewport = value !== "actual";
  }

  key({ keysym, code }, down) {
    this.#rfb?.sendKey(keysym, code, down);
  }

  ctrlAltDel() {
    this.#rfb?.sendCtrlAltDel();
  }

  focus() {
    this.#rfb?.focus({ preventScroll: true });
  }

  // The keys that led out of the screen would stay down in the guest: their release
  // happens elsewhere. noVNC lets every key go when the window loses the focus.
  releaseKeys() {
    window.dispatchEvent(new Event("blur"));
    for (const [keysym, code] of MODIFIERS) this.#rfb?.sendKey(keysym, code, false);
  }

  #connect() {
    clearTimeout(this.#timer);
    const { url, token } = this.#target;
    // The token goes as a subprotocol, since URLs end up in logs. The socket is made
    // here, since noVNC does not tell why one was closed.
    const socket = new WebSocket(url, ["binary", `token.${token}`]);
    socket.binaryType = "arraybuffer";
    let code = 1006;
    socket.addEventListener("close", (event) => { code = event.code; });
    const rfb = new RFB(this.#screen, socket, { shared: true });
    rfb.scaleViewport = this.#scale !== "actual";
    rfb.background = "#000";
    // Sharp text at little cost: the guest is near, its changes are small.
    rfb.qualityLevel = 8;
    rfb.compressionLevel = 2;
    rfb.addEventListener("connect", () => this.#connected());
    rfb.addEventListener("disconnect", () => setTimeout(() => this.#dropped(rfb, code)));
    this.#rfb = rfb;
    const canvas = this.#screen.querySelector("canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", this.#screen.getAttribute("aria-label"));
    canvas.setAttribute("aria-describedby", "way-out");
  }

  #connected() {
    this.#tries = 0;
    this.#screen.dataset.connected = "yes";
    this.#events.onConnected();
  }

  #dropped(rfb, code) {
    if (rfb !== this.#rfb) return;
    this.#rfb = null;
    delete this.#screen.dataset.connected;
    this.#tries += 1;
    const pause = code === NOT_RUNNING ? 250 : reconnectPause(this.#tries);
    this.#timer = setTimeout(() => this.#connect(), pause);
    this.#events.onDropped(code, this.#tries);
  }
}
