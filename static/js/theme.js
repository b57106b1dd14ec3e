/* Light or dark, as the system says until the visitor chooses; the choice is kept.
   Loaded before the page is drawn, so that no other theme flashes up first. The key and
   its values are those of Django's admin: one choice holds for both. */
"use strict";

(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  // Storage may be forbidden; then the choice lasts for this page.
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      /* nothing to keep it in */
    }
  };

  const apply = (theme) => {
    root.dataset.theme = theme === "light" || theme === "dark" ? theme : "auto";
  };
  const shown = () => {
    const { theme } = root.dataset;
    return theme === "auto" ? (system.matches ? "dark" : "light") : theme;
  };

  apply(remembered());

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return;
    const label = () => {
      button.querySelector("[data-theme-name]").textContent =
        shown() === "dark" ? "Light" : "Dark";
    };
    button.hidden = false;
    label();
    button.addEventListener("click", () => {
      const next = shown() === "dark" ? "light" : "dark";
      apply(next);
      remember(next);
      label();
    });
    system.addEventListener("change", label);
  });
})();
