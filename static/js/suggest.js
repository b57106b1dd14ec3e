/* Suggests titles, makers and subjects while somebody types into a search field. The
   field works without this script, and with it as well: Enter searches for what was
   typed unless a suggestion was walked to. The pattern is ARIA's editable combobox. */
"use strict";

{
  const PAUSE_MILLISECONDS = 120;
  const SHORTEST = 2;
  let count = 0;

  const enhance = (field) => {
    const list = document.createElement("ul");
    list.id = `suggestions-${++count}`;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    field.after(list);
    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
    })) {
      field.setAttribute(name, value);
    }

    let current = -1;
    let timer = 0;
    let asked = new AbortController();

    const close = () => {
      asked.abort();
      clearTimeout(timer);
      list.hidden = true;
      current = -1;
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    };

    const walk = (step) => {
      const options = [...list.children];
      // One place more than options: back in the field, where none is chosen.
      current = ((current + 1 + step + options.length + 1) % (options.length + 1)) - 1;
      options.forEach((option, i) => option.setAttribute("aria-selected", i === current));
      if (current < 0) field.removeAttribute("aria-activedescendant");
      else {
        field.setAttribute("aria-activedescendant", options[current].id);
        options[current].scrollIntoView({ block: "nearest" });
      }
    };

    const show = ([, texts, kinds, urls]) => {
      list.replaceChildren(
        ...texts.map((text, i) => {
          const option = document.createElement("li");
          option.id = `${list.id}-${i}`;
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          option.dataset.url = urls[i];
          const kind = document.createElement("span");
          kind.className = "suggestion-kind";
          kind.textContent = kinds[i];
          option.append(text, " ", kind);
          return option;
        }),
      );
      current = -1;
      list.hidden = texts.length === 0;
      field.setAttribute("aria-expanded", String(texts.length > 0));
      field.removeAttribute("aria-activedescendant");
    };

    const ask = async () => {
      asked.abort();
      asked = new AbortController();
      const url = `${field.dataset.suggest}?${new URLSearchParams({ q: field.value })}`;
      try {
        const response = await fetch(url, { signal: asked.signal });
        if (response.ok) show(await response.json());
      } catch {
        // Superseded by a later letter, or offline: the field works as it is.
      }
    };

    field.addEventListener("input", () => {
      clearTimeout(timer);
      if (field.value.trim().length < SHORTEST) close();
      else timer = setTimeout(ask, PAUSE_MILLISECONDS);
    });
    field.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") walk(1);
      else if (event.key === "ArrowUp") walk(-1);
      else if (event.key === "Escape") close();
      else if (event.key === "Enter" && current >= 0) {
        location.href = list.children[current].dataset.url;
      } else return;
      event.preventDefault();
    });
    field.addEventListener("blur", close);
    // Before the field loses the focus, which would close the list under the pointer.
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) location.href = option.dataset.url;
    });
  };

  document.querySelectorAll("[data-suggest]").forEach(enhance);
}
