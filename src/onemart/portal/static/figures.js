// Draws the panels of a page of figures from its cubes, and keeps the filters in the address.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const ALL = "*";
  const DIMENSION = { period: "month" };
  const dimensionOf = (filter) => DIMENSION[filter] || filter;
  const form = document.getElementById("filters");
  const told = document.getElementById("told");

  // ---- cubes --------------------------------------------------------------------------------
  // Rows are told as distances between numbers in mixed radix, one digit a dimension.
  function opened(cube) {
    const sizes = cube.dimensions.map((name) => Math.max(1, cube.members[name].length));
    let number = 0;
    cube.rows = cube.keys.map((step, at) => {
      number += step;
      let rest = number;
      const places = new Array(sizes.length);
      for (let i = sizes.length - 1; i >= 0; i--) { places[i] = rest % sizes[i]; rest = Math.floor(rest / sizes[i]); }
      return { places, at };
    });
    return cube;
  }
  const cubes = Object.fromEntries(Object.entries(data.cubes).map(([name, cube]) => [name, opened(cube)]));

  // ---- periods ------------------------------------------------------------------------------
  const monthsKnown = [...new Set(Object.values(cubes).flatMap((cube) => cube.members.month || []))].sort();
  const lastDay = (month) => { const [y, m] = month.split("-").map(Number); return new Date(Date.UTC(y, m, 0)).toISOString().slice(0, 10); };
  const isWhole = (month) => data.first && month + "-01" >= data.first && lastDay(month) <= data.last;
  const shifted = (month, by) => {
    const [y, m] = month.split("-").map(Number);
    const number = y * 12 + m - 1 + by;
    return String(Math.floor(number / 12)).padStart(4, "0") + "-" + String(number % 12 + 1).padStart(2, "0");
  };
  const quarterOf = (month) => month.slice(0, 4) + "-Q" + Math.ceil(Number(month.slice(5)) / 3);
  const whole = monthsKnown.filter(isWhole);
  const lastTwelve = whole.slice(-12);
  const DEFAULT = lastTwelve.length ? "12m" : "all";
  function monthsOf(period) {
    if (period === "all") return monthsKnown;
    if (period === "12m") return lastTwelve;
    const span = /^(\d{4}-\d{2})\.\.(\d{4}-\d{2})$/.exec(period);
    if (span) return monthsKnown.filter((month) => month >= span[1] && month <= span[2]);
    if (/^\d{4}$/.test(period)) return monthsKnown.filter((month) => month.startsWith(period));
    if (/^\d{4}-Q[1-4]$/.test(period)) return monthsKnown.filter((month) => quarterOf(month) === period);
    return monthsKnown.filter((month) => month === period);
  }

  // ---- the view: what the reader chose ------------------------------------------------------
  let view = {};
  function readAddress() {
    const chosen = new URLSearchParams(location.hash.slice(1));
    view = {};
    for (const name of data.filters) view[name] = chosen.get(name) || (name === "period" ? DEFAULT : "");
  }
  function writeAddress() {
    const chosen = new URLSearchParams();
    for (const name of data.filters) {
      const value = view[name];
      if (value && !(name === "period" && value === DEFAULT)) chosen.set(name, value);
    }
    const text = chosen.toString();
    history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
  }
  const membersOf = (name) => {
    const found = new Map();
    for (const cube of Object.values(cubes)) for (const one of cube.members[name] || []) if (one !== ALL) found.set(one, true);
    return [...found.keys()].sort((a, b) => a.startsWith("Other (") - b.startsWith("Other (") || a.localeCompare(b));
  };
  function option(select, value, text) {
    const one = document.createElement("option");
    one.value = value;
    one.textContent = text;
    select.append(one);
  }
  function group(select, title, values) {
    const one = document.createElement("optgroup");
    one.label = title;
    values.forEach((value) => option(one, value, value));
    select.append(one);
  }
  function fillFilters() {
    for (const name of data.filters) {
      const select = form.elements[name];
      if (name === "period") {
        if (lastTwelve.length) option(select, "12m", `Last ${lastTwelve.length} whole months`);
        option(select, "all", "All there is");
        const unique = (of) => [...new Set(monthsKnown.map(of))].reverse();
        group(select, "Years", unique((month) => month.slice(0, 4)));
        group(select, "Quarters", unique(quarterOf));
        group(select, "Months", [...monthsKnown].reverse());
      } else {
        option(select, "", "All");
        membersOf(name).forEach((one) => option(select, one, spoken(one)));
      }
    }
  }
  function showFilters() {
    for (const name of data.filters) {
      const select = form.elements[name];
      select.querySelectorAll("[data-foreign]").forEach((one) => one.remove());
      if (![...select.options].some((one) => one.value === view[name])) {
        option(select, view[name], view[name]);
        select.lastElementChild.dataset.foreign = "";
      }
      select.value = view[name];
    }
  }

  // ---- texts --------------------------------------------------------------------------------
  const spoken = (member) => /^[a-z0-9]+(_[a-z0-9]+)*$/.test(member) && /[a-z]/.test(member)
    ? (member[0].toUpperCase() + member.slice(1)).replace(/_/g, " ") : member;
  const short = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;
  const number = (value, digits) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  function shown(value, unit, exact) {
    if (value === null || value === undefined || !isFinite(value)) return "–";
    const size = Math.abs(value);
    if (unit === "share") return number(value * 100, size < 0.01 && size > 0 ? 2 : 1) + " %";
    const money = unit === "currency" && data.currency ? " " + data.currency : "";
    if (!exact && size >= 1e9) return number(value / 1e9, 2) + " bn" + money;
    if (!exact && size >= 1e6) return number(value / 1e6, 2) + " m" + money;
    if (Number.isInteger(value) || (size >= 1e4 && !exact)) return number(value, 0) + money;
    return number(value, 2) + money;
  }
  const measure = (name) => data.measures[name];

  // ---- what a panel sees --------------------------------------------------------------------
  // Returns the rows of the panel's slice, and what has to be said about it.
  function slice(panel, months) {
    const cube = cubes[panel.cube];
    const wanted = {};
    const unknown = [];
    let missing = "";
    for (const filter of data.filters) {
      const name = dimensionOf(filter);
      if (filter === "period") {
        if (cube.dimensions.includes("month")) {
          const places = new Set(months.map((one) => cube.members.month.indexOf(one)).filter((one) => one >= 0));
          wanted.month = places;
        } else if (view.period !== "all" && view.period !== DEFAULT) unknown.push("period");
      } else if (view[filter]) {
        const at = cube.dimensions.includes(name) ? cube.members[name].indexOf(view[filter]) : -2;
        if (at >= 0) wanted[name] = new Set([at]);
        else if (at === -2) unknown.push(filter);
        else missing = (cube.rest[name] || []).includes(view[filter])
          ? `“${view[filter]}” is not kept alone here: it is one of “${cube.members[name].find((one) => one.startsWith("Other (")) || "Other"}”.`
          : `Not sold: ${filter} “${view[filter]}” is in none of these figures.`;
      }
    }
    for (const [name, member] of Object.entries(panel.pick)) {
      if (!wanted[name]) wanted[name] = new Set([cube.members[name].indexOf(member)]);
    }
    // Figures that do not add up are kept for each slice, all members being one of them.
    if (cube.exact) {
      for (const name of cube.dimensions) {
        if (name === "month" || wanted[name]) continue;
        const all = cube.members[name].indexOf(ALL);
        if (panel.by.includes(name)) wanted[name] = new Set([...cube.members[name].keys()].filter((at) => at !== all));
        else wanted[name] = new Set([all]);
      }
    }
    const tests = cube.dimensions.map((name) => wanted[name]);
    const rows = missing ? [] : cube.rows.filter((row) => tests.every((test, at) => !test || test.has(row.places[at])));
    return { cube, rows, unknown, missing };
  }
  // Adds up rows by dimensions; a ratio is that of its sums.
  function added(cube, rows, by, name) {
    const places = by.map((dimension) => cube.dimensions.indexOf(dimension));
    const ratio = cube.exact ? [] : measure(name).ratio;
    const parts = (ratio.length ? ratio : [name]).map((part) => cube.values[part]);
    const sums = new Map();
    for (const row of rows) {
      const key = places.map((place) => row.places[place]).join(",");
      if (!sums.has(key)) sums.set(key, parts.map(() => null));
      const sum = sums.get(key);
      parts.forEach((values, at) => { if (values[row.at] !== null) sum[at] = (sum[at] || 0) + values[row.at]; });
    }
    const found = new Map();
    for (const [key, sum] of sums) {
      found.set(key, ratio.length ? (sum[1] ? (sum[0] || 0) / sum[1] : null) : sum[0]);
    }
    return found;
  }
  const value = (cube, rows, name) => { const found = added(cube, rows, [], name); return found.size ? found.get("") : null; };
  // Members of a dimension that the rows have, in their order.
  function present(cube, rows, name) {
    const place = cube.dimensions.indexOf(name);
    const found = new Set(rows.map((row) => row.places[place]));
    return cube.members[name].map((member, at) => ({ member, at })).filter(({ at }) => found.has(at));
  }
  function axisOf(panel, cube, rows) {
    const name = panel.by[0];
    if (name !== "month") return present(cube, rows, name);
    // A month in which nothing happened is part of the axis all the same.
    const seen = present(cube, rows, name).map(({ member }) => member);
    return cube.members.month.map((member, at) => ({ member, at }))
      .filter(({ member }) => member >= seen[0] && member <= seen[seen.length - 1]);
  }

  // ---- drawing ------------------------------------------------------------------------------
  function theme() {
    const css = getComputedStyle(document.documentElement);
    const of = (name) => css.getPropertyValue(name).trim();
    return {
      text: of("--text"), quiet: of("--quiet"), line: of("--line"), ground: of("--ground"), raised: of("--raised"),
      accent: of("--accent"), soft: of("--accent-soft"), good: of("--good"), bad: of("--bad"),
      series: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((at) => of(`--series-${at}`)),
    };
  }
  function base(colours, unit) {
    return {
      aria: { enabled: true, decal: { show: false } },
      animation: false,
      color: colours.series,
      textStyle: { color: colours.text, fontFamily: "inherit" },
      grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
      legend: { type: "scroll", top: 0, textStyle: { color: colours.text }, pageTextStyle: { color: colours.text }, pageIconColor: colours.text, pageIconInactiveColor: colours.line },
      tooltip: {
        confine: true, renderMode: "richText", backgroundColor: colours.raised, borderColor: colours.line, textStyle: { color: colours.text },
        valueFormatter: (one) => shown(one === "-" ? null : one, unit),
      },
    };
  }
  const category = (colours, names, extra) => ({
    type: "category", data: names, axisLabel: { color: colours.quiet, hideOverlap: true }, axisLine: { lineStyle: { color: colours.line } }, axisTick: { show: false }, ...extra,
  });
  const amount = (colours, unit, extra) => ({
    type: "value", axisLabel: { color: colours.quiet, hideOverlap: true, formatter: (one) => shown(one, unit === "currency" ? "" : unit) },
    splitLine: { lineStyle: { color: colours.line } }, ...extra,
  });

  // Series of a panel: its measures, or one measure parted by its second dimension.
  function seriesOf(panel, cube, rows, axis) {
    const second = panel.by[1];
    const many = panel.show.length > 1 || !second;
    const whole_ = many ? panel.show.map((name) => ({ name, title: measure(name).label, keys: (at) => String(at), found: added(cube, rows, [panel.by[0]], name) }))
      : present(cube, rows, second).map(({ member, at: other }) => ({
        name: panel.show[0], title: /^-?\d+$/.test(member) ? `${spoken(second)} ${member}` : member === "yes" || member === "no" ? `${spoken(second)}: ${member}` : spoken(member), keys: (at) => at + "," + other, found: null,
      }));
    const both = many ? null : added(cube, rows, [panel.by[0], second], panel.show[0]);
    return whole_.map((one) => ({
      title: one.title, unit: measure(one.name).unit,
      values: axis.map(({ at }) => { const found = (one.found || both).get(one.keys(at)); return found === undefined ? null : found; }),
    }));
  }
  const titles = (axis) => axis.map(({ member }) => spoken(member));

  const draw = {
    line(panel, cube, rows, colours) { return xy(panel, cube, rows, colours, { type: "line", showSymbol: true, symbolSize: 5, connectNulls: false }); },
    bar(panel, cube, rows, colours) { return xy(panel, cube, rows, colours, { type: "bar" }); },
    stack(panel, cube, rows, colours) { return xy(panel, cube, rows, colours, { type: "bar", stack: "all" }); },
    rank(panel, cube, rows, colours) {
      const name = panel.show[0];
      const found = added(cube, rows, [panel.by[0]], name);
      const axis = present(cube, rows, panel.by[0]).filter(({ at }) => found.get(String(at)) !== null)
        .sort((a, b) => a.member.startsWith("Other (") - b.member.startsWith("Other (") || found.get(String(b.at)) - found.get(String(a.at)));
      const values = axis.map(({ at }) => found.get(String(at)));
      const unit = measure(name).unit;
      return {
        height: Math.max(12, axis.length * 1.6 + 4),
        option: {
          ...base(colours, unit), legend: { show: false }, grid: { left: 8, right: 28, top: 8, bottom: 8, containLabel: true },
          xAxis: amount(colours, unit), yAxis: category(colours, titles(axis).map((one) => short(one, 34)), { inverse: true, axisLabel: { color: colours.text, interval: 0 } }),
          series: [{ type: "bar", name: measure(name).label, data: values }],
        },
        table: table([spoken(panel.by[0])], [measure(name)], axis.map(({ member }, at) => [spoken(member), values[at]])),
      };
    },
    heat(panel, cube, rows, colours) {
      const [first, second] = panel.by;
      const across = present(cube, rows, first), down = present(cube, rows, second);
      const name = panel.show[0];
      const found = added(cube, rows, [first, second], name);
      const base_ = panel.share_of === "" ? -1 : cube.members[first].indexOf(panel.share_of);
      const unit = base_ < 0 ? measure(name).unit : "share";
      const cells = [];
      down.forEach(({ at: row }, y) => across.forEach(({ at: column }, x) => {
        let one = found.get(column + "," + row);
        if (base_ >= 0) { const of = found.get(base_ + "," + row); one = of ? (one || 0) / of : null; if (found.get(column + "," + row) === undefined) one = null; }
        if (one !== undefined && one !== null) cells.push([x, y, one]);
      }));
      const scale = cells.filter(([x]) => base_ < 0 || across[x].at !== base_).map(([, , one]) => one);
      const label = cells.length <= 120 && innerWidth > 700;
      return {
        height: Math.max(18, down.length * 1.5 + 7),
        option: {
          ...base(colours, unit), legend: { show: false }, grid: { left: 8, right: 16, top: 8, bottom: 56, containLabel: true },
          tooltip: { ...base(colours, unit).tooltip, formatter: (at) => `${spoken(across[at.value[0]].member)}, ${spoken(down[at.value[1]].member)}: ${shown(at.value[2], unit)}` },
          xAxis: category(colours, titles(across), { splitArea: { show: false }, name: spoken(first), nameLocation: "middle", nameGap: 26, nameTextStyle: { color: colours.quiet } }),
          yAxis: category(colours, titles(down), { axisLabel: { color: colours.quiet, interval: down.length > 40 ? "auto" : 0 } }),
          visualMap: { min: Math.min(0, ...scale), max: Math.max(0.0001, ...scale), calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 12, textStyle: { color: colours.quiet }, inRange: { color: [colours.soft, colours.accent] }, formatter: (one) => shown(one, unit) },
          series: [{ type: "heatmap", data: cells.map((cell) => ({ value: cell, label: { color: cell[2] > 0.5 * Math.max(...scale) ? colours.ground : colours.text } })), label: { show: label, color: colours.text, formatter: (at) => shown(at.value[2], unit === "currency" ? "" : unit) } }],
        },
        table: table([spoken(first), spoken(second)], [{ ...measure(name), unit }], cells.map(([x, y, one]) => [spoken(across[x].member), spoken(down[y].member), one])),
      };
    },
    waterfall(panel, cube, rows, colours) {
      const name = panel.show[0];
      const found = added(cube, rows, ["step", "total"], name);
      const yes = cube.members.total.indexOf("yes"), no = cube.members.total.indexOf("no");
      let level = 0;
      const steps = present(cube, rows, "step").map(({ member, at }) => {
        const total = found.get(at + "," + yes), change = found.get(at + "," + no);
        const isTotal = total !== undefined;
        const from = isTotal ? 0 : level;
        level = isTotal ? total : level + (change || 0);
        return { title: spoken(member), isTotal, from, to: level, amount: isTotal ? total : change };
      });
      const unit = measure(name).unit;
      return {
        height: 24,
        option: {
          ...base(colours, unit), legend: { show: false }, grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
          tooltip: { ...base(colours, unit).tooltip, trigger: "axis", axisPointer: { type: "shadow" }, formatter: (at) => `${steps[at[0].dataIndex].title}: ${shown(steps[at[0].dataIndex].amount, unit)}` },
          xAxis: category(colours, steps.map((one) => one.title), { axisLabel: { color: colours.quiet, interval: 0, rotate: 40 } }), yAxis: amount(colours, unit),
          series: [
            // A bar that begins where the one before ended is drawn by hand: both ends may lie below zero.
            { type: "custom", name: measure(name).label, encode: { x: 0, y: [1, 2] }, data: steps.map((one, at) => [at, one.from, one.to]),
              renderItem: (_, api) => {
                const one = steps[api.value(0)];
                const [x, top] = api.coord([api.value(0), Math.max(one.from, one.to)]);
                const bottom = api.coord([api.value(0), Math.min(one.from, one.to)])[1];
                const width = api.size([1, 0])[0] * 0.62;
                return { type: "rect", shape: { x: x - width / 2, y: top, width, height: Math.max(1, bottom - top) }, style: { fill: one.isTotal ? colours.series[0] : one.amount < 0 ? colours.series[4] : colours.series[2] } };
              } },
          ],
        },
        table: table(["Step"], [measure(name)], steps.map((one) => [one.title, one.amount])),
      };
    },
    flow(panel, cube, rows, colours) {
      const [before, after] = panel.by;
      const name = panel.show[0];
      const found = added(cube, rows, [before, after], name);
      const all = [...found].map(([key, count]) => { const [from, to] = key.split(",").map(Number); return [cube.members[before][from], cube.members[after][to], count]; })
        .sort((a, b) => b[2] - a[2]);
      const moved = all.filter(([from, to]) => from !== to).slice(0, 60);
      const links = moved.map(([from, to, count]) => ({ source: "from " + from, target: "to " + to, value: count }));
      const nodes = [...new Set(links.flatMap((one) => [one.source, one.target]))].map((one) => ({ name: one }));
      return {
        height: 34,
        option: {
          ...base(colours, measure(name).unit), legend: { show: false },
          series: [{ type: "sankey", left: 8, right: innerWidth < 700 ? 110 : 160, top: 8, bottom: 8, draggable: false, nodeGap: 10, data: nodes, links, lineStyle: { color: "source", opacity: 0.35 }, label: { color: colours.text, fontSize: innerWidth < 700 ? 10 : 12, formatter: (at) => at.name.replace(/^(from|to) /, "") }, emphasis: { focus: "adjacency" } }],
        },
        table: table(["From", "To"], [measure(name)], all),
      };
    },
  };
  // Every member is named; only months and numbers may be left out, for they run.
  function namedAxis(panel, axis, colours) {
    if (axis.length > 24 || axis.every(({ member }) => /^[\d-]+$/.test(member))) return {};
    const letters = titles(axis).reduce((sum, one) => sum + Math.min(one.length, 22), 0);
    return { axisLabel: { color: colours.quiet, interval: 0, rotate: letters > (innerWidth < 700 ? 30 : 60) ? 35 : 0 } };
  }
  function xy(panel, cube, rows, colours, kind) {
    const axis = axisOf(panel, cube, rows);
    const series = seriesOf(panel, cube, rows, axis);
    const unit = series.length ? series[0].unit : "";
    const lone = series.length < 2;
    return {
      height: 20,
      option: {
        ...base(colours, unit), ...(lone ? { legend: { show: false }, grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true } } : {}),
        tooltip: { ...base(colours, unit).tooltip, trigger: "axis" },
        xAxis: category(colours, titles(axis).map((one) => short(one, 22)), namedAxis(panel, axis, colours)), yAxis: amount(colours, unit, { scale: kind.type === "line" && unit !== "customers" }),
        series: series.map((one, at) => ({ ...kind, name: one.title, data: one.values, lineStyle: { width: 2, type: at > 9 ? "dashed" : "solid" } })),
      },
      table: table([spoken(panel.by[0])], series.map((one) => ({ label: one.title, unit: one.unit })), axis.map(({ member }, at) => [spoken(member), ...series.map((one) => one.values[at])])),
    };
  }

  // ---- tables and tiles ---------------------------------------------------------------------
  function element(tag, text, attributes) {
    const one = document.createElement(tag);
    if (text !== undefined) one.textContent = text;
    for (const [name, given] of Object.entries(attributes || {})) one.setAttribute(name, given);
    return one;
  }
  function table(names, measures, rows) {
    const units = [...names.map(() => null), ...measures.map((one) => one.unit)];
    const one = element("table"), head = element("tr"), body = element("tbody");
    one.append(element("caption", measures.map((of) => of.label).slice(0, 6).join(", ") + (measures.length > 6 ? " …" : "")));
    [...names, ...measures.map((of) => of.label + (of.unit === "currency" && data.currency ? `, ${data.currency}` : ""))].forEach((name, at) =>
      head.append(element("th", name, { scope: "col", ...(units[at] === null ? {} : { class: "number" }) })));
    for (const row of rows) {
      const line = element("tr");
      row.forEach((cell, at) => line.append(units[at] === null
        ? element(at === 0 ? "th" : "td", cell, at === 0 ? { scope: "row" } : {})
        : element("td", shown(cell, units[at] === "currency" ? "" : units[at], true), { class: "number" })));
      body.append(line);
    }
    const top = element("thead");
    top.append(head);
    one.append(top, body);
    return one;
  }
  function growth(now, then, unit) {
    if (now === null || then === null || then === undefined) return null;
    if (unit === "points" || unit === "stars") return { text: (now >= then ? "+" : "−") + number(Math.abs(now - then), 2), up: now >= then };
    if (!then) return null;
    return unit === "share" ? { text: (now >= then ? "+" : "−") + number(Math.abs(now - then) * 100, 1) + " points", up: now >= then }
      : { text: (now >= then ? "+" : "−") + number(Math.abs((now - then) / Math.abs(then)) * 100, 1) + " %", up: now >= then };
  }
  function tiles(panel, home) {
    const months = monthsOf(view.period);
    const now = slice(panel, months);
    const inTime = now.cube.dimensions.includes("month");
    const before = months.map((one) => shifted(one, -12));
    const comparable = inTime && months.length && months.every(isWhole) && before.every(isWhole);
    const then = comparable ? slice(panel, before) : null;
    for (const name of panel.show) {
      const tile = element("div", undefined, { class: "tile" });
      const is = value(now.cube, now.rows, name);
      tile.append(element("p", measure(name).label, { class: "label" }), element("p", shown(is, measure(name).unit), { class: "value", title: shown(is, measure(name).unit, true) }));
      const was = then ? value(then.cube, then.rows, name) : null;
      const grown = then ? growth(is, was, measure(name).unit) : null;
      const note = element("p", "", { class: "note" });
      if (!now.rows.length) note.textContent = "";
      else if (grown) note.append(element("span", grown.text, { class: "growth" }), ` against ${shown(was, measure(name).unit)} a year before`);
      else if (!inTime) note.textContent = "as of " + data.last;
      else note.textContent = months.every(isWhole) ? "no year before to compare with" : "not compared: a month is not whole";
      tile.append(note);
      home.append(tile);
    }
    return now;
  }
  // The latest periods of the whole shop or of one slice, each beside its like.
  function comparisons(panel, home) {
    const all = data.comparisons;
    const chosen = data.filters.filter((name) => name !== "period" && view[name]);
    const said = element("p", undefined, { class: "slice" });
    home.append(said);
    if (chosen.length > 1) { said.textContent = "Not kept: comparisons are kept for one filter at a time, and you chose " + chosen.join(" and ") + "."; return; }
    const [dimension, member] = chosen.length ? [chosen[0], view[chosen[0]]] : ["shop", "shop"];
    const at = all.slices.findIndex(([name, of]) => name === dimension && of === member);
    const folded = Object.values(cubes).some((cube) => (cube.rest[dimension] || []).includes(member) || (cube.members[dimension] || []).includes(member));
    if (at < 0 && folded) { said.textContent = `Not kept: “${member}” is not compared alone.`; return; }
    if (at < 0) { said.textContent = `Not sold: ${dimension} “${member}” is in none of these figures.`; said.className = "slice missing"; return; }
    if (chosen.length) said.textContent = `For ${dimension} “${spoken(member)}”; hours, days and weeks are kept for the whole shop only.`;
    const wide = element("div", undefined, { class: "wide", role: "region", tabindex: "0", "aria-label": "Table: " + panel.title });
    const one = element("table"), head = element("tr"), top = element("thead"), body = element("tbody");
    one.append(element("caption", "Each measure, the same in the period compared, and growth"));
    head.append(element("th", "Comparison", { scope: "col" }), element("th", "Period", { scope: "col" }));
    for (const name of all.measures) for (const title of [measure(name).label, "compared", "growth"]) head.append(element("th", title, { scope: "col", class: "number" }));
    all.ways.forEach(([way, title], place) => {
      const rows = all.rows.filter((row) => row[0] === place && row[2] === at);
      if (!rows.length) return;
      const line = element("tr");
      line.append(element("th", title, { scope: "row" }), element("td", all.periods[way]));
      all.measures.forEach((name, which) => {
        const row = rows.find((of) => of[1] === which);
        const grown = row ? growth(row[3], row[4], "") : null;
        for (const text of [shown(row ? row[3] : null, "", false), shown(row ? row[4] : null, "", false)]) line.append(element("td", text, { class: "number" }));
        line.append(element("td", grown ? grown.text : "–", { class: "number growth" + (grown ? grown.up ? " up" : " down" : "") }));
      });
      body.append(line);
    });
    top.append(head);
    one.append(top, body);
    wide.append(one);
    home.append(wide);
  }

  // ---- the page -----------------------------------------------------------------------------
  const charts = new Map();
  const seen = new Set();
  function told_(panel, section, { unknown, missing, rows }) {
    const line = section.querySelector(".slice");
    const parts = [];
    if (missing) parts.push(missing);
    else if (!rows.length) parts.push("Not sold: there are no figures for " + (chosenText() || "this slice") + ".");
    if (unknown.length) parts.push(`The filter${unknown.length > 1 ? "s" : ""} ${unknown.join(", ")} ${unknown.length > 1 ? "do" : "does"} not apply here: this is for all.`);
    line.textContent = parts.join(" ");
    line.classList.toggle("missing", !rows.length);
  }
  const chosenText = () => data.filters.filter((name) => view[name] && !(name === "period" && view.period === "all"))
    .map((name) => name === "period" && view.period === "12m" ? `the last ${lastTwelve.length} whole months` : `${name} “${view[name]}”`).join(", ");
  function render(panel) {
    const section = document.getElementById(panel.id);
    if (section.querySelector(".none")) return;
    if (panel.chart === "numbers" || panel.chart === "comparisons") {
      const home = section.querySelector(".tiles, .compared");
      home.replaceChildren();
      if (panel.chart === "comparisons") comparisons(panel, home);
      else told_(panel, section, tiles(panel, home));
      return;
    }
    const home = section.querySelector(".chart");
    const found = slice(panel, monthsOf(view.period));
    told_(panel, section, found);
    const rest = section.querySelector("details.table");
    home.hidden = rest.hidden = !found.rows.length;
    if (!found.rows.length) { if (charts.has(panel.id)) { charts.get(panel.id).dispose(); charts.delete(panel.id); } return; }
    const drawn = draw[panel.chart](panel, found.cube, found.rows, theme());
    if (!drawn.table.tBodies[0].rows.length) {
      told_(panel, section, { ...found, rows: [] });
      home.hidden = rest.hidden = true;
      return;
    }
    home.style.height = drawn.height + "rem";
    if (!charts.has(panel.id)) charts.set(panel.id, echarts.init(home, null, { renderer: "svg" }));
    const chart = charts.get(panel.id);
    chart.resize();
    chart.setOption(drawn.option, { notMerge: true });
    home.setAttribute("role", "img");
    home.setAttribute("aria-label", `${panel.title}. The table below has the same figures.`);
    rest.querySelector(".wide").replaceChildren(drawn.table);
  }
  // A panel is drawn when it comes into sight.
  const sight = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting || seen.has(entry.target.id)) continue;
      seen.add(entry.target.id);
      render(data.panels.find((panel) => panel.id === entry.target.id));
    }
  }, { rootMargin: "300px" });
  function tellPeriod() {
    told.textContent = monthsKnown.length && !monthsOf(view.period).length
      ? `Not sold: the shop has no figures for the period “${view.period}”; it has those from ${monthsKnown[0]} to ${monthsKnown[monthsKnown.length - 1]}.` : "";
  }
  function renderAll() {
    tellPeriod();
    for (const panel of data.panels) if (seen.has(panel.id)) render(panel);
  }
  readAddress();
  if (form) {
    fillFilters();
    showFilters();
    form.addEventListener("change", (event) => { view[event.target.name] = event.target.value; writeAddress(); showFilters(); renderAll(); });
    form.addEventListener("reset", (event) => { event.preventDefault(); for (const name of data.filters) view[name] = name === "period" ? DEFAULT : ""; writeAddress(); showFilters(); renderAll(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("copy").addEventListener("click", async (event) => {
      const button = event.target;
      try { await navigator.clipboard.writeText(location.href); button.textContent = "Copied"; } catch { button.textContent = "Copy it from the address bar"; }
      setTimeout(() => { button.textContent = "Copy the address of this view"; }, 2500);
    });
    addEventListener("hashchange", () => { readAddress(); showFilters(); renderAll(); });
  }
  tellPeriod();
  for (const panel of data.panels) sight.observe(document.getElementById(panel.id));
  document.addEventListener("onemart:theme", renderAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renderAll);
  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(() => charts.forEach((chart) => chart.resize()), 150); });
  addEventListener("beforeprint", () => { for (const panel of data.panels) { seen.add(panel.id); render(panel); } });
})();
