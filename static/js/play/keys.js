// Keys as X keysyms and DOM codes, and text as presses on a US keyboard: the guest has
// a real keyboard's scan codes, not characters. No DOM here: node runs the tests.

const SHIFT = { keysym: 0xffe1, code: "ShiftLeft" };

export const NAMED = {
  Escape: { keysym: 0xff1b, code: "Escape" },
  Enter: { keysym: 0xff0d, code: "Enter" },
  Space: { keysym: 0x20, code: "Space" },
  ArrowLeft: { keysym: 0xff51, code: "ArrowLeft" },
  ArrowUp: { keysym: 0xff52, code: "ArrowUp" },
  ArrowRight: { keysym: 0xff53, code: "ArrowRight" },
  ArrowDown: { keysym: 0xff54, code: "ArrowDown" },
};

// Without and with Shift, by the key's DOM code.
const PAIRS = {
  Backquote: "`~", Digit1: "1!", Digit2: "2@", Digit3: "3#", Digit4: "4$",
  Digit5: "5%", Digit6: "6^", Digit7: "7&", Digit8: "8*", Digit9: "9(",
  Digit0: "0)", Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}",
  Backslash: "\\|", Semicolon: ";:", Quote: "'\"", Comma: ",<", Period: ".>",
  Slash: "/?",
};
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  PAIRS[`Key${letter}`] = letter.toLowerCase() + letter;
}

const BY_CHARACTER = new Map([
  [" ", { ...NAMED.Space, shift: false }],
  ["\n", { ...NAMED.Enter, shift: false }],
  ["\t", { keysym: 0xff09, code: "Tab", shift: false }],
]);
for (const [code, [plain, shifted]] of Object.entries(PAIRS)) {
  BY_CHARACTER.set(plain, { keysym: plain.codePointAt(0), code, shift: false });
  BY_CHARACTER.set(shifted, { keysym: shifted.codePointAt(0), code, shift: true });
}

// The presses for `text`, each {keysym, code, down}, and the characters that such a
// keyboard does not have.
export function presses(text) {
  const strokes = [];
  const missing = new Set();
  for (const character of text.replace(/\r\n?/g, "\n")) {
    const key = BY_CHARACTER.get(character);
    if (!key) {
      missing.add(character);
      continue;
    }
    const { keysym, code, shift } = key;
    if (shift) strokes.push({ ...SHIFT, down: true });
    strokes.push({ keysym, code, down: true }, { keysym, code, down: false });
    if (shift) strokes.push({ ...SHIFT, down: false });
  }
  return { strokes, missing: [...missing] };
}
