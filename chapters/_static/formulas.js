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
