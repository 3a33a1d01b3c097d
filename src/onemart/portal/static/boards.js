// Shows a board in the scheme of the page; dbt Charts draws one file for each.
(function () {
  "use strict";
  const board = document.getElementById("board");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function show() {
    const theme = document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
    const wanted = board.dataset[theme];
    if (board.getAttribute("src") !== wanted) board.setAttribute("src", wanted);
  }
  document.addEventListener("onemart:theme", show);
  dark.addEventListener("change", show);
  show();
})();
