// How long a restore still takes, in words. No DOM here: node runs the tests.

const MINUTE = 60;
const HOUR = 60 * MINUTE;

// When `fraction` of it took `elapsed` seconds.
export function etaWords(elapsed, fraction) {
  if (elapsed < 5 || fraction <= 0) return "";
  const left = elapsed / Math.min(fraction, 1) - elapsed;
  if (left < 2) return "any time now";
  if (left < 90) return `about ${Math.ceil(left / 5) * 5} s left`;
  if (left < 80 * MINUTE) return `about ${Math.max(2, Math.floor(left / MINUTE))} min left`;
  if (left < 24 * HOUR) return `about ${Math.max(2, Math.floor(left / HOUR))} h left`;
  return "more than a day left";
}

export function progressWords(elapsed, fraction) {
  const share = `${Math.floor(Math.min(Math.max(fraction, 0), 1) * 100)} %`;
  return [share, etaWords(elapsed, fraction)].filter(Boolean).join(", ");
}
