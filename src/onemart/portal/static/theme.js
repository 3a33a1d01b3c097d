// Before the page is drawn, so that it does not flash: the scheme that the reader chose.
(function () {
  var chosen = null;
  try { chosen = localStorage.getItem("onemart-theme"); } catch { /* a page from the disk may have no storage */ }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
