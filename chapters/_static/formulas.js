/* Sets the formulas of a page with KaTeX, from the TeX that stands in the page. */

// The book's own commands: "\\name": "definition"; #1 is the first argument.
const macros = {};

const formulas = ".math, .tex2jax_process, .mathjax_process";
const delimiters = [
  { left: "\\(", right: "\\)", display: false },
  { left: "\\[", right: "\\]", display: true },
  ...["equation", "align", "gather"].flatMap((name) =>
    [name, `${name}*`].map((full) => ({ left: `\\begin{${full}}`, right: `\\end{${full}}`, display: true })),
  ),
];

// A formula that KaTeX cannot read stays as it is written, and the console says why.
document.querySelectorAll(formulas).forEach((element) => {
  renderMathInElement(element, { delimiters, macros, strict: "ignore" });
});

// A display formula that is wider than its box is broken, and then set smaller, down to what can still be read. What is
// wider yet scrolls.
const SMALLEST = 0.65;

function fit() {
  const displays = [...document.querySelectorAll(".katex-display")];
  const excess = () => displays.map((display) => display.parentElement.clientWidth / display.scrollWidth);
  displays.forEach((display) => {
    display.classList.remove("wide");
    display.style.removeProperty("--scale");
  });
  excess().forEach((ratio, k) => displays[k].classList.toggle("wide", ratio < 1));
  excess().forEach((ratio, k) => ratio < 1 && displays[k].style.setProperty("--scale", Math.max(SMALLEST, ratio)));
}

fit();
document.fonts.ready.then(fit);
addEventListener("resize", fit);
