// Sliders for the exponents of rescaled time, t η^α / |B|^β: curves, bands and collapse error follow.
// Each figure has its curves as JSON, see report/rescaling.py; without this script it is as drawn.

"use strict";

{
  const NAMES = { alpha: "learning_rate", beta: "batch_size" }; // which setting each is an exponent of
  const SYMBOLS = { alpha: "α", beta: "β" };
  const WHOLE = [0, 1, 2]; // values to snap to
  const MAGNET = 0.04; // how near a dragged slider snaps
  const SEARCHED = [0.1, 0.01]; // steps in which the least error is sought

  // --- The collapse error, as analysis/collapse.py defines it -------------------------------------

  const POINTS = 200; // of the grid on which curves are compared

  const stretch = (cell, { alpha, beta }) => cell.learning_rate ** alpha / cell.batch_size ** beta;

  // A piecewise linear curve at increasing places; before and after it, it is what it is at its ends.
  const interpolate = (places, x, y) => {
    const last = x.length - 1;
    let left = 0;
    return places.map((place) => {
      if (place <= x[0]) return y[0];
      if (place >= x[last]) return y[last];
      while (x[left + 1] <= place) left += 1;
      return y[left] + ((y[left + 1] - y[left]) / (x[left + 1] - x[left])) * (place - x[left]);
    });
  };

  const average = (values) => {
    let sum = 0;
    for (const value of values) sum += value;
    return sum / values.length;
  };

  const variance = (values) => {
    const middle = average(values);
    let sum = 0;
    for (const value of values) sum += (value - middle) ** 2;
    return sum / values.length;
  };

  const rescale = (cell, exponents) => {
    const factor = stretch(cell, exponents);
    return cell.step.map((t) => t * factor);
  };

  // The curves, or their standard errors, on an even grid over the range that all of them share: one
  // after the other in `values`, none where there is no such range.
  const onGrid = (cells, exponents, what) => {
    const axes = cells.map((cell) => rescale(cell, exponents));
    const low = Math.max(...axes.map((axis) => axis[0]));
    const high = Math.min(...axes.map((axis) => axis[axis.length - 1]));
    if (cells.length < 2 || !(low < high)) return { low, high, values: null };
    const grid = Float64Array.from({ length: POINTS }, (_, i) => low + (i * (high - low)) / (POINTS - 1));
    const values = new Float64Array(cells.length * POINTS);
    axes.forEach((axis, k) => values.set(interpolate(grid, axis, cells[k][what]), k * POINTS));
    return { low, high, values };
  };

  // ε and the range that all curves share; NaN where there is none.
  const collapse = (cells, exponents) => {
    const { low, high, values } = onGrid(cells, exponents, "mean");
    if (!values) return { error: NaN, total: NaN, low, high };
    const total = variance(values);
    const rounding = 16 * Number.EPSILON * values.reduce((most, it) => Math.max(most, Math.abs(it)), 0);
    if (total <= rounding ** 2) return { error: 0, total: 0, low, high };
    const here = new Float64Array(cells.length);
    let between = 0;
    for (let i = 0; i < POINTS; i += 1) {
      for (let k = 0; k < cells.length; k += 1) here[k] = values[k * POINTS + i];
      between += variance(here) / POINTS;
    }
    return { error: Math.min(Math.sqrt(between / total), 1), total, low, high };
  };

  // What noise alone would make of ε.
  const noiseFloor = (cells, exponents, total) => {
    const { values } = onGrid(cells, exponents, "error");
    if (!values) return NaN;
    const noise = (1 - 1 / cells.length) * average(values.map((error) => error ** 2));
    return total > 0 ? Math.min(Math.sqrt(noise / total), 1) : Math.sign(noise);
  };

  // Which exponents make a difference: those of settings in which the cells differ.
  const free = (cells) =>
    Object.keys(NAMES).filter((name) => new Set(cells.map((cell) => cell[NAMES[name]])).size > 1);

  // The exponents of least error, to a hundredth; those that make no difference stay as they are.
  const least = (cells, exponents, limits) => {
    const sought = free(cells);
    let best = { error: NaN };
    for (const [round, step] of SEARCHED.entries()) {
      const values = (name) => {
        if (!sought.includes(name)) return [exponents[name]];
        const { least: lowest, most: highest } = limits[name];
        const from = round ? Math.max(lowest, best[name] - SEARCHED[round - 1]) : lowest;
        const to = round ? Math.min(highest, best[name] + SEARCHED[round - 1]) : highest;
        return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
      };
      const [alphas, betas] = [values("alpha"), values("beta")];
      for (const alpha of alphas) {
        for (const beta of betas) {
          const { error } = collapse(cells, { alpha, beta });
          if (!(error >= best.error)) best = Number.isNaN(error) ? best : { alpha, beta, error };
        }
      }
      if (!sought.length || Number.isNaN(best.error)) return null;
    }
    return { ...best, sought };
  };

  // --- Words and numbers --------------------------------------------------------------------------

  const signed = (text) => text.replace("-", "−");
  const hundredths = (value) => signed(value.toFixed(2));

  const power = (symbol, exponent) => {
    if (exponent === 0) return "";
    const text = Number.isInteger(exponent) ? signed(`${exponent}`) : hundredths(exponent);
    return exponent === 1 ? symbol : `${symbol}<sup>${text}</sup>`;
  };

  // The label of the axis: "thermal time τ = η²t / |B| (dimensionless)"; η has no unit, t is a number of
  // iterations, and what has a power of η in it is called dimensionless as in the figures.
  const label = ({ alpha, beta }) => {
    const over = power("|<i>B</i>|", beta);
    const time = `${power("<i>η</i>", alpha)} <i>t</i>${over && ` / ${over}`}`;
    const unit = alpha === 0 ? "iterations" : "dimensionless";
    if (alpha === 2 && beta === 1) return `thermal time <i>τ</i> = ${time} (${unit})`;
    return `${alpha === 0 && beta === 0 ? "training" : "rescaled"} time ${time} (${unit})`;
  };

  // Round numbers in a range, how they are written, and the power of ten that is then left out.
  const ticks = (low, high, most) => {
    const raw = (high - low) / most;
    const unit = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].find((size) => size * unit >= raw * 0.999) * unit;
    const largest = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
    const left = largest <= -3 || largest >= 6 ? largest : 0;
    const thousands = left === 0 && largest >= 4;
    const shown = step / 10 ** (left + (thousands ? 3 : 0));
    const decimals = [0, 1, 2, 3].find((it) => Math.abs(shown - shown.toFixed(it)) < 1e-6 * shown) ?? 4;
    const values = [];
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; n += 1) {
      const text = signed((n * shown).toFixed(decimals));
      values.push([n * step, thousands && n ? `${text}k` : text]);
    }
    return { values, left: left && ` (× 10<sup>${signed(`${left}`)}</sup>)` };
  };

  // --- Drawing ------------------------------------------------------------------------------------

  // As in the figures: circle, square, triangle, diamond, triangle, plus, cross, pentagon.
  const MARKERS = [
    "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
    "M-2.7-2.7h5.4v5.4h-5.4z",
    "M0-3.4 3.2 2.5h-6.4z",
    "M0-3.8 3.2 0 0 3.8-3.2 0z",
    "M0 3.4 3.2-2.5h-6.4z",
    "M-1.2-3.5h2.4v2.3h2.3v2.4h-2.3v2.3h-2.4v-2.3h-2.3v-2.4h2.3z",
    "M-3.3-1.6-1.6-3.3 0-1.7 1.6-3.3 3.3-1.6 1.7 0 3.3 1.6 1.6 3.3 0 1.7-1.6 3.3-3.3 1.6-1.7 0z",
    "M0-3.5 3.3-1.1 2.1 2.8h-4.2l-1.2-3.9z",
  ];
  const SPACING = 0.28; // between markers, of the diagonal
  const AIR = 0.04; // above and below what is shown, of its height

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  const line = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;

  // Places along a line, at even distances, the first after a part of one.
  const along = (points, distance, first) => {
    const places = [];
    let next = distance * first;
    for (let i = 1; i < points.length; i += 1) {
      const [[x, y], [toX, toY]] = [points[i - 1], points[i]];
      const length = Math.hypot(toX - x, toY - y);
      for (; next <= length; next += distance) {
        places.push([x + ((toX - x) * next) / length, y + ((toY - y) * next) / length]);
      }
      next -= length;
    }
    return places;
  };

  // A curve within a range, cut off at its ends: rows of x, mean, low, high; and where networks are missing.
  const within = (cell, exponents, low, high) => {
    const x = rescale(cell, exponents);
    const [from, to] = [Math.max(low, x[0]), Math.min(high, x[x.length - 1])];
    const places = [from, ...x.filter((it) => it > from && it < to), to];
    const [mean, width] = [cell.mean, cell.width].map((values) => interpolate(places, x, values));
    const lost = cell.lost === null ? Infinity : x[Math.max(cell.lost - 1, 0)];
    return {
      rows: from <= to ? places.map((place, i) => [place, mean[i], mean[i] - width[i], mean[i] + width[i]]) : [],
      lost,
    };
  };

  const draw = (plot, cells, exponents, shared) => {
    const ends = cells.flatMap((cell) =>
      [cell.step[0], cell.step[cell.step.length - 1]].map((t) => t * stretch(cell, exponents)));
    const [low, high] = shared.low < shared.high
      ? [shared.low, shared.high]
      : [Math.min(...ends), Math.max(...ends)];
    const curves = cells.map((cell) => within(cell, exponents, low, high));
    const shown = curves.flatMap(({ rows }) => rows.flatMap((row) => row.slice(1))).filter(Number.isFinite);
    if (!shown.length || !(low < high)) return plot.replaceChildren();
    const [bottom, top] = [Math.min(...shown), Math.max(...shown)];
    const air = AIR * (top - bottom) || AIR * Math.abs(top) || 1;
    const [floor, ceiling] = [bottom - air, top + air];

    const width = plot.clientWidth;
    const height = Math.min(Math.max(0.55 * width, 210), 360);
    const down = ticks(floor, ceiling, 5);
    const across = ticks(low, high, width < 480 ? 4 : 6);
    const edge = { left: 14 + 7 * Math.max(...down.values.map(([, text]) => text.length)), right: 22, top: 8, bottom: 24 };
    const [inner, tall] = [width - edge.left - edge.right, height - edge.top - edge.bottom];
    const toX = (value) => edge.left + ((value - low) / (high - low)) * inner;
    const toY = (value) => edge.top + ((ceiling - value) / (ceiling - floor)) * tall;

    const axes = element("g", { class: "axes" });
    axes.append(element("path", { d: `M${edge.left} ${edge.top}v${tall}h${inner}` }));
    for (const [value, text] of across.values) {
      axes.append(element("path", { d: `M${toX(value)} ${edge.top + tall}v4` }));
      axes.append(element("text", { x: toX(value), y: height - 6, "text-anchor": "middle" }, text));
    }
    for (const [value, text] of down.values) {
      axes.append(element("path", { d: `M${edge.left} ${toY(value)}h-4` }));
      axes.append(element("text", { x: edge.left - 7, y: toY(value) + 4, "text-anchor": "end" }, text));
    }
    const bands = element("g");
    const lines = element("g");
    cells.forEach((cell, k) => {
      const { rows, lost } = curves[k];
      const upper = rows.filter((row) => Number.isFinite(row[3]));
      if (upper.length > 1) {
        const outline = [
          ...upper.map(([x, , , y]) => [toX(x), toY(y)]),
          ...upper.map(([x, , y]) => [toX(x), toY(y)]).reverse(),
        ];
        bands.append(element("path", { d: `${line(outline)}z`, fill: cell.colour, class: "band" }));
      }
      const points = rows.map(([x, y]) => [toX(x), toY(y)]);
      const whole = rows.filter(([x]) => x <= lost).length;
      const parts = [[points.slice(0, whole), ""], [points.slice(Math.max(whole - 1, 0)), "6 3"]];
      for (const [part, dashes] of whole < rows.length ? parts : parts.slice(0, 1)) {
        if (part.length < 2) continue;
        lines.append(element("path", { d: line(part), stroke: cell.colour, "stroke-dasharray": dashes, class: "mean" }));
      }
      const diagonal = Math.hypot(inner, tall);
      for (const [x, y] of along(points, SPACING * diagonal, (k + 0.5) / cells.length)) {
        const place = `translate(${x.toFixed(1)} ${y.toFixed(1)})`;
        lines.append(element("path", { d: MARKERS[cell.marker], fill: cell.colour, transform: place }));
      }
    });
    plot.replaceChildren(element("svg", { width, height, role: "img" }, axes, bands, lines));
    return { across: across.left, down: down.left };
  };

  // ε along a slider, with the other exponent as it is, and where the slider is.
  const profile = (svg, cells, exponents, name, { least: lowest, most: highest }) => {
    const [width, height, inset, count] = [svg.clientWidth, svg.clientHeight, 8, 48];
    const values = Array.from({ length: count + 1 }, (_, i) => lowest + ((highest - lowest) * i) / count);
    const errors = values.map((value) => collapse(cells, { ...exponents, [name]: value }).error);
    const largest = Math.max(...errors.filter(Number.isFinite));
    const toX = (value) => inset + ((value - lowest) / (highest - lowest)) * (width - 2 * inset);
    const toY = (error) => height - 4 - (error / largest) * (height - 8);
    const here = collapse(cells, exponents).error;
    svg.replaceChildren();
    if (!(largest > 0) || !Number.isFinite(here)) return;
    const points = values.map((value, i) => [toX(value), toY(errors[i])]);
    svg.append(
      element("path", { d: line(points.filter(([, y]) => Number.isFinite(y))) }),
      element("circle", { cx: toX(exponents[name]), cy: toY(Math.min(here, largest)), r: 3.5 }),
    );
  };

  // --- One set of sliders -------------------------------------------------------------------------

  const start = (section) => {
    const data = JSON.parse(section.querySelector("script").textContent);
    const cells = data.cells.map((cell, index) => ({
      ...cell,
      marker: index % MARKERS.length,
      error: cell.error.map((value) => value ?? NaN),
      width: cell.width.map((value) => value ?? NaN),
    }));
    const part = (selector) => section.querySelector(selector);
    const sliders = Object.fromEntries(
      Object.keys(NAMES).map((name) => [name, part(`[data-exponent=${name}]`)]),
    );
    const input = (name) => sliders[name].querySelector("input");
    const exponents = { alpha: data.alpha.paper, beta: data.beta.paper };
    const buttons = { alpha: [], beta: [] };
    let best = null;

    const chosen = () =>
      cells.filter((_, index) => part(`.cells [value="${index}"]`).checked);

    const say = (found, several) => {
      const status = part(".collapse");
      if (!several) return status.replaceChildren("Choose two or more curves.");
      if (Number.isNaN(found.error)) return status.replaceChildren("ε undefined: the curves share no range.");
      const number = document.createElement("data");
      number.value = found.error;
      number.textContent = found.error.toFixed(3);
      const floor = noiseFloor(chosen(), exponents, found.total);
      const noise = Number.isNaN(floor) ? "" : ` (noise ${floor.toFixed(3)})`;
      const at = best?.sought.map((name) => `${SYMBOLS[name]} = ${hundredths(best[name])}`).join(", ");
      const minimum = best ? `; least: ε = ${best.error.toFixed(3)} at ${at}` : "";
      status.replaceChildren("Collapse error ε = ", number, `${noise}${minimum}`);
    };

    const show = () => {
      const these = chosen();
      const found = collapse(these, exponents);
      const left = draw(part(".plot"), these, exponents, found);
      part(".above").textContent = data.observable;
      part(".above").insertAdjacentHTML("beforeend", left?.down || "");
      part(".below").innerHTML = label(exponents) + (left?.across || "");
      part(".plot svg")?.setAttribute("aria-label", `${data.observable} against ${part(".below").textContent}`);
      const sought = free(these);
      for (const name of Object.keys(NAMES)) {
        input(name).value = exponents[name];
        sliders[name].querySelector("output").textContent = hundredths(exponents[name]);
        sliders[name].classList.toggle("idle", !sought.includes(name));
        sliders[name].querySelector("p").hidden = these.length < 2 || sought.includes(name);
        const svg = sliders[name].querySelector(".profile");
        profile(svg, sought.includes(name) ? these : [], exponents, name, data[name]);
        for (const [button, value] of buttons[name]) {
          button.setAttribute("aria-pressed", Math.abs(value() - exponents[name]) < 0.005);
        }
      }
      say(found, these.length > 1);
    };

    const move = (name, value) => {
      exponents[name] = Math.round(100 * value) / 100;
      show();
    };

    const snap = (name, text, value) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => move(name, value()));
      sliders[name].querySelector(".snaps").append(button);
      buttons[name].push([button, value]);
      return button;
    };

    // The least error is that of the curves that are chosen.
    const choose = () => {
      best = chosen().length > 1 ? least(chosen(), exponents, data) : null;
      for (const name of Object.keys(NAMES)) {
        const [button] = buttons[name][buttons[name].length - 1];
        button.hidden = !best?.sought.includes(name);
        if (!button.hidden) button.textContent = `least ε ${hundredths(best[name])}`;
      }
      show();
    };

    cells.forEach((cell, index) => {
      const box = document.createElement("input");
      Object.assign(box, { type: "checkbox", value: index, checked: cell.shown, autocomplete: "off" });
      box.addEventListener("change", choose);
      const swatch = element("svg", { width: 30, height: 12, viewBox: "-15 -6 30 12", "aria-hidden": true },
        element("path", { d: "M-15-5h30v10h-30z", fill: cell.colour, class: "band" }),
        element("path", { d: "M-15 0h30", stroke: cell.colour, class: "mean" }),
        element("path", { d: MARKERS[cell.marker], fill: cell.colour }));
      const name = document.createElement("label");
      name.append(box, swatch, cell.name);
      part(".cells").append(name);
    });

    for (const name of Object.keys(NAMES)) {
      const { paper, fit, least: lowest, most: highest } = data[name];
      Object.assign(input(name), { min: lowest, max: highest, value: paper });
      for (const value of WHOLE) snap(name, value === paper ? `${value} (paper)` : `${value}`, () => value);
      if (fit !== null) snap(name, `fit ${hundredths(fit)}`, () => fit);
      snap(name, "", () => best?.[name] ?? NaN);
      for (const value of [...WHOLE, ...(fit === null ? [] : [fit])]) {
        sliders[name].querySelector("datalist").append(new Option("", value));
      }
      let dragged = false;
      input(name).addEventListener("pointerdown", () => { dragged = true; });
      for (const end of ["pointerup", "pointercancel", "keydown"]) {
        input(name).addEventListener(end, () => { dragged = false; });
      }
      input(name).addEventListener("input", () => {
        const value = input(name).valueAsNumber;
        const near = buttons[name].map(([, place]) => place()).filter((it) => Math.abs(it - value) < MAGNET);
        move(name, dragged && near.length ? near[0] : value);
      });
    }
    choose();
    new ResizeObserver(show).observe(part(".plot"));
  };

  // Only what comes into view is drawn, so that a page with many figures opens at once.
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      start(target);
    }
  }, { rootMargin: "600px" });
  for (const section of document.querySelectorAll(".exponents")) {
    section.hidden = false;
    seen.observe(section);
  }
}
