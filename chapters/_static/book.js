/* What the pages do by themselves: buttons, printing, and search from a disk. */

// A page opened from a disk cannot fetch the pages found, so the search lists them without an excerpt.
if (location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

document.addEventListener("DOMContentLoaded", () => {
  const onClick = (selector, action) =>
    document.querySelectorAll(selector).forEach((button) => button.addEventListener("click", action));
  onClick(".btn-download-pdf-button", () => window.print());
  onClick(".btn-fullscreen-button", () => window.toggleFullScreen());
});

// Paper is white and cannot be clicked: for it the page is light and what is folded is opened. Then all is as before.
let opened = [];
let theme = "";
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  opened.forEach((details) => (details.open = true));
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
window.addEventListener("afterprint", () => {
  opened.forEach((details) => (details.open = false));
  document.documentElement.dataset.theme = theme;
});

// A box that scrolls takes the focus, so that the arrow keys can scroll it.
window.addEventListener("load", () => {
  document.querySelectorAll("div.math > span, .cell_output, .pst-scrollable-table-container").forEach((box) => {
    if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
    }
  });
});
