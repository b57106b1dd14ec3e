import assert from "node:assert/strict";
import test from "node:test";

import { presses } from "../../../../static/js/play/keys.js";
import { clock, pollPause, reconnectPause } from "../../../../static/js/play/pace.js";

const typed = (text) =>
  presses(text).strokes.map(({ code, down }) => (down ? "+" : "-") + code);

test("a small letter is one key", () => {
  assert.deepEqual(typed("a"), ["+KeyA", "-KeyA"]);
});

test("a capital and a sign above a digit hold Shift", () => {
  assert.deepEqual(typed("A"), ["+ShiftLeft", "+KeyA", "-KeyA", "-ShiftLeft"]);
  assert.deepEqual(typed("!"), ["+ShiftLeft", "+Digit1", "-Digit1", "-ShiftLeft"]);
});

test("every printable ASCII character and the line end has its keys", () => {
  const ascii = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n));
  const { strokes, missing } = presses(`${ascii.join("")}\n\t`);
  assert.deepEqual(missing, []);
  const held = new Set();
  for (const { code, down } of strokes) {
    assert.equal(held.has(code), !down);
    if (down) held.add(code);
    else held.delete(code);
  }
  assert.equal(held.size, 0);
});

test("a line end is Enter once, however it is written", () => {
  for (const end of ["\n", "\r\n", "\r"]) assert.deepEqual(typed(end), ["+Enter", "-Enter"]);
});

test("what the keyboard has not is named once and left out", () => {
  const { strokes, missing } = presses("éaé€");
  assert.equal(strokes.length, 2);
  assert.deepEqual(missing, ["é", "€"]);
});

test("the page asks ten times a second at first, and ever less", () => {
  assert.equal(pollPause("queued", 0), 100);
  assert.ok(pollPause("booting", 60000) >= 1000);
  assert.ok(pollPause("running", 0) >= 1000);
});

test("it connects again at once, then waits longer, but never long", () => {
  const pauses = [1, 2, 3, 4, 20].map(reconnectPause);
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 8000]);
});

test("the clock shows hours only when there are some", () => {
  assert.deepEqual([0, 65.9, 3600 * 2 + 61].map(clock), ["0:00", "1:05", "2:01:01"]);
});
