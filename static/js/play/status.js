// Asks the portal how the session is, until it is over.

import { pollPause } from "./pace.js";

const TIMEOUT_MS = 10000;

export class Status {
  #url;
  #onStatus;
  #onSilence;
  #timer = 0;
  #started = performance.now();
  #state = "queued";
  #asking = false;

  constructor(url, { onStatus, onSilence }) {
    this.#url = url;
    this.#onStatus = onStatus;
    this.#onSilence = onSilence;
  }

  // Also out of turn, when there is reason to think that something changed.
  async ask() {
    if (this.#asking) return;
    this.#asking = true;
    clearTimeout(this.#timer);
    try {
      await this.#hear();
    } finally {
      this.#asking = false;
      const waited = performance.now() - this.#started;
      this.#timer = setTimeout(() => this.ask(), pollPause(this.#state, waited));
    }
  }

  async #hear() {
    let status;
    try {
      const response = await fetch(this.#url, {
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      // Not ours any more (signed out, say): the page itself says so.
      if (response.status === 404) return location.reload();
      if (!response.ok) throw new Error(`status ${response.status}`);
      status = await response.json();
    } catch {
      this.#onSilence();
      return;
    }
    this.#state = status.state;
    this.#onStatus(status);
  }
}
