// What the pages do beyond plain forms and links. Everything works without it; this only makes it quicker.
"use strict";

// A chosen site, date or filter takes effect at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// Turns of a playlist can be dragged; the buttons beside them do the same by keyboard.
function makeSortable() {
  const list = document.querySelector("[data-order]");
  if (!list || !window.Sortable || list.sortable) return;
  list.sortable = new Sortable(list, {
    handle: ".grip",
    animation: 120,
    ghostClass: "ghost",
    onEnd: (event) => {
      if (event.oldIndex === event.newIndex) return;
      const order = Array.from(list.children, (turn) => turn.dataset.at).join(",");
      htmx.ajax("POST", list.dataset.order, {
        source: list,
        target: "#editor",
        select: "#editor",
        swap: "morph:outerHTML",
        values: { order, was: list.dataset.was },
      });
    },
  });
}
document.addEventListener("DOMContentLoaded", makeSortable);
document.addEventListener("htmx:afterSettle", makeSortable);

// How far an upload has come.
document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = document.getElementById("upload-progress");
  if (!bar || !event.detail.total || event.target.id !== "media-form") return;
  bar.hidden = false;
  bar.value = (100 * event.detail.loaded) / event.detail.total;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const bar = document.getElementById("upload-progress");
  if (bar && event.target.id === "media-form") bar.hidden = true;
});
