// What every page does: change the scheme, search, sort tables.
(function () {
  "use strict";
  const html = document.documentElement;
  const root = html.dataset.root;

  const isDark = () => html.dataset.theme
    ? html.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.getElementById("theme").addEventListener("click", () => {
    html.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("onemart-theme", html.dataset.theme); } catch { /* not kept, then */ }
    document.dispatchEvent(new Event("onemart:theme"));
  });

  // The index is a script that is loaded when somebody searches: from the disk nothing can be fetched.
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  let chosen = -1;
  function loaded() {
    if (window.onemartPages) return Promise.resolve();
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = root + "static/search_index.js";
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }
  function rank(page, words) {
    const title = page.title.toLowerCase();
    const all = (title + " " + page.summary + " " + page.words).toLowerCase();
    let score = 0;
    for (const word of words) {
      if (!all.includes(word)) return 0;
      score += title.startsWith(word) ? 4 : title.includes(word) ? 3 : page.summary.toLowerCase().includes(word) ? 2 : 1;
    }
    return score;
  }
  function show(found, asked) {
    list.replaceChildren(...found.map((page, place) => {
      const item = document.createElement("li");
      item.id = "found-" + place;
      item.setAttribute("role", "option");
      item.dataset.path = page.path;
      const title = document.createElement("strong");
      title.textContent = page.title;
      const summary = document.createElement("span");
      summary.textContent = page.summary;
      item.append(title, summary);
      item.addEventListener("mousedown", () => { location.href = root + page.path; });
      return item;
    }));
    if (!found.length && asked) {
      const none = document.createElement("li");
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = "No page has these words.";
      list.append(none);
    }
    list.hidden = !asked;
    input.setAttribute("aria-expanded", String(!list.hidden));
    choose(-1);
  }
  function choose(place) {
    const items = list.querySelectorAll("[data-path]");
    chosen = items.length ? (place + items.length) % items.length : -1;
    if (place < 0 && place !== -2) chosen = -1;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    if (chosen >= 0) {
      input.setAttribute("aria-activedescendant", items[chosen].id);
      items[chosen].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }
  async function search() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) await loaded();
    const found = words.length
      ? window.onemartPages.map((page) => [rank(page, words), page]).filter(([score]) => score)
        .sort((a, b) => b[0] - a[0] || a[1].title.localeCompare(b[1].title)).slice(0, 12).map(([, page]) => page)
      : [];
    show(found, words.length);
  }
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const items = list.querySelectorAll("[data-path]");
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen <= 0 ? items.length - 1 : chosen - 1);
    else if (event.key === "Enter" && items.length) location.href = root + items[Math.max(chosen, 0)].dataset.path;
    else if (event.key === "Escape") { input.value = ""; show([], 0); return; }
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => show([], 0));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) {
      event.preventDefault();
      input.focus();
    }
  });

  // A heading of a table sorts by its column, numbers by their value.
  for (const table of document.querySelectorAll("table.sortable")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const down = heading.getAttribute("aria-sort") === "ascending";
        headings.forEach((one) => one.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
        const rows = [...table.tBodies[0].rows].sort((a, b) => {
          const [one, other] = [key(a), key(b)];
          const order = one !== "" && other !== "" && !isNaN(one) && !isNaN(other) ? one - other : one.localeCompare(other);
          return down ? -order : order;
        });
        table.tBodies[0].append(...rows);
      });
    });
  }
})();
