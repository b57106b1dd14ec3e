// How often the page asks, in milliseconds. No DOM here: node runs the tests.

// What is being started changes soon; who waits long asks less and less.
export function pollPause(state, waitedMs) {
  if (state === "running") return 5000;
  if (waitedMs < 8000) return 100;
  return waitedMs < 30000 ? 300 : 1000;
}

// Before the nth try (from 1) to connect the screen again.
export function reconnectPause(tries) {
  return tries <= 1 ? 250 : Math.min(500 * 2 ** (tries - 2), 8000);
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
