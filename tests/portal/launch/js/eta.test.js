import assert from "node:assert/strict";
import test from "node:test";

import { etaWords, progressWords } from "../../../../static/js/play/eta.js";

// Elapsed seconds, and the seconds that are left at an even pace.
const words = (elapsed, left) => etaWords(elapsed, elapsed / (elapsed + left));

test("for five seconds nobody can tell", () => {
  assert.equal(etaWords(4.9, 0.9), "");
  assert.equal(etaWords(60, 0), "");
});

test("the time left is rounded as a person would", () => {
  assert.equal(words(10, 1.9), "any time now");
  assert.equal(words(10, 6), "about 10 s left");
  assert.equal(words(10, 89), "about 90 s left");
  assert.equal(words(10, 91), "about 2 min left");
  assert.equal(words(10, 79 * 60), "about 79 min left");
  assert.equal(words(10, 81 * 60), "about 2 h left");
  assert.equal(words(10, 23.5 * 3600), "about 23 h left");
  assert.equal(words(10, 25 * 3600), "more than a day left");
});

test("the share is never more than is there", () => {
  assert.equal(progressWords(1, 0.439), "43 %");
  assert.equal(progressWords(8, 0.43), "43 %, about 15 s left");
  assert.equal(progressWords(0, -1), "0 %");
  assert.equal(progressWords(8, 7), "100 %, any time now");
});
