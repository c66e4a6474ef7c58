// Logins and failed logins by day, as bars and as a table.

import { drawn, element } from "./dom.js";
import texts from "./texts.js";

const HEIGHT = 100;
const DAY = 10;
const GAP = 2;

// Days are of UTC wherever the reader is.
const DATE = new Intl.DateTimeFormat(undefined, { timeZone: "UTC", day: "numeric", month: "short" });

/** @param days what the API answers: {date, logins, failures}, the oldest first; null is a figure that was not counted */
export function chart(days) {
  const highest = Math.max(1, ...days.map((day) => day.logins + day.failures));
  return element(
    "figure",
    {},
    element("figcaption", {}, element("h3", {}, texts.chart(days.length)), legend()),
    element("div", { class: "plot" }, element("span", { class: "highest", "aria-hidden": true }, String(highest)), bars(days, highest)),
    element(
      "div",
      { class: "axis", "aria-hidden": true },
      ...[days.at(0), days.at(Math.floor(days.length / 2)), days.at(-1)].map((day) => element("span", {}, dateOf(day))),
    ),
    element("details", {}, element("summary", {}, texts.asTable), table(days)),
  );
}

function legend() {
  return element(
    "ul",
    { class: "legend" },
    element("li", { class: "logins" }, texts.logins),
    element("li", { class: "failures" }, texts.failures),
  );
}

/** Drawn to be stretched: text would be stretched too, so there is none in it. */
function bars(days, highest) {
  const sum = (name) => ({
    sum: days.reduce((all, day) => all + day[name], 0),
    isAll: days.every((day) => day[name] !== null),
  });
  return drawn(
    "svg",
    {
      role: "img",
      "aria-labelledby": "chart-title chart-text",
      viewBox: `0 0 ${days.length * DAY} ${HEIGHT}`,
      preserveAspectRatio: "none",
    },
    drawn("title", { id: "chart-title" }, texts.chart(days.length)),
    drawn("desc", { id: "chart-text" }, texts.chartSums(sum("logins"), sum("failures"))),
    ...days.map((day, at) => bar(day, at * DAY, HEIGHT / highest)),
  );
}

function bar(day, x, scale) {
  const [logins, failures] = [day.logins * scale, day.failures * scale];
  const part = (name, y, height) => drawn("rect", { class: name, x: x + GAP / 2, y, width: DAY - GAP, height });
  const isCounted = day.logins !== null && day.failures !== null;
  return drawn(
    "g",
    {},
    drawn("title", {}, texts.chartDay(dateOf(day), day.logins, day.failures)),
    drawn("rect", { class: isCounted ? "day" : "day unknown", x, y: 0, width: DAY, height: HEIGHT }),
    part("logins", HEIGHT - logins, logins),
    part("failures", HEIGHT - logins - failures, failures),
  );
}

function table(days) {
  const row = (name, ...cells) => element("tr", {}, ...cells.map((cell) => element(name, {}, cell)));
  return element(
    "table",
    { class: "figures" },
    element("thead", {}, row("th", texts.date, texts.logins, texts.failures)),
    element(
      "tbody",
      {},
      ...days.toReversed().map((day) =>
        row("td", dateOf(day), String(day.logins ?? texts.notCounted), String(day.failures ?? texts.notCounted))),
    ),
  );
}

const dateOf = (day) => DATE.format(new Date(day.date));
