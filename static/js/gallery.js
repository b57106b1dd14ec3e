/* Shows the chosen screen large, in place. Without this script each small screen is a
   link to its picture. */
"use strict";

for (const gallery of document.querySelectorAll("[data-gallery]")) {
  const picture = gallery.querySelector("[data-gallery-main] img");
  const caption = gallery.querySelector("[data-gallery-main] figcaption");
  const links = [...gallery.querySelectorAll(".gallery-more a")];

  const show = (link) => {
    picture.src = link.href;
    picture.alt = link.querySelector("img").alt;
    for (const side of ["width", "height"]) {
      if (link.dataset[side]) picture.setAttribute(side, link.dataset[side]);
      else picture.removeAttribute(side);
    }
    caption.textContent = link.dataset.caption;
    for (const other of links) other.setAttribute("aria-current", String(other === link));
  };

  for (const link of links) {
    link.addEventListener("click", (event) => {
      // A new tab or window is what was asked for with these keys.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(link);
    });
  }
  links[0]?.setAttribute("aria-current", "true");
}
