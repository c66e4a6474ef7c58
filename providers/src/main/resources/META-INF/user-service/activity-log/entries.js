// The log as a table. On a phone each row is a card, whose lines are named by data-label.

import { element } from "./dom.js";
import texts from "./texts.js";

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const LONGEST_AGENT = 60;
const ID_SHOWN = 8;

/** The class of columns that may be broken anywhere. */
const LONG = "long";

// Most browsers call themselves by the names of others, too: the first that is found is theirs.
const BROWSERS = [
  ["Edge", /\bEdg\w*\/(\d+)/],
  ["Opera", /\bOPR\/(\d+)/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /(?:Chrome|CriOS)\/(\d+)/],
  ["Safari", /\bVersion\/(\d+).* Safari\//],
];
const SYSTEMS = /Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux/;

/** @param isOfAll whether each entry says whom it is about */
export const head = (isOfAll) =>
  element("tr", { role: "row" }, ...columns(isOfAll).map(([label]) => element("th", { role: "columnheader", scope: "col" }, label)));

export const row = (entry, isOfAll) =>
  element(
    "tr",
    { role: "row" },
    ...columns(isOfAll).map(([label, content, width]) => cell(label, content(entry), width ?? null)),
  );

const cell = (label, content, width) =>
  element(
    "td",
    { role: "cell", class: width, "data-label": label },
    ...(content.length === 0 ? [] : [element("div", {}, ...content)]),
  );

/** When, as a reader here would say it. */
export const time = (utc) => element("time", { datetime: utc, title: utc }, TIME.format(new Date(utc)));

function columns(isOfAll) {
  return [
    [texts.time, (entry) => [time(entry.created_at)]],
    [texts.what, (entry) => [element("span", { class: entry.action.endsWith("_failed") ? "failed" : null }, texts.action(entry.action))]],
    ...(isOfAll ? [[texts.whom, (entry) => entry.user_id === null ? [] : [link(entry.user_id)]]] : []),
    [texts.actor, actor],
    [texts.address, (entry) => text(entry.ip_address)],
    [texts.client, (entry) => text(entry.client_id), LONG],
    [texts.agent, (entry) => entry.user_agent === null ? [] : [agent(entry.user_agent)], LONG],
    [texts.details, (entry) => details(entry.details), LONG],
  ];
}

const text = (value) => value === null ? [] : [value];

const link = (id) => element("a", { href: `#${new URLSearchParams({ user: id })}`, title: id }, id.slice(0, ID_SHOWN));

function actor({ actor, user_id: whom }) {
  if (actor === null) {
    return [];
  }
  if (actor.id === whom) {
    return [texts.themselves];
  }
  const kind = texts.actorKinds[actor.kind] ?? actor.kind;
  const isOfTenant = actor.kind === "user";
  return [`${kind} `, isOfTenant ? link(actor.id) : element("span", { title: actor.id }, actor.id.slice(0, ID_SHOWN))];
}

/** Short enough to read; the whole is its title. */
function agent(whole) {
  const short = browser(whole) ?? (whole.length > LONGEST_AGENT ? `${whole.slice(0, LONGEST_AGENT)}…` : whole);
  return element("span", { title: short === whole ? null : whole }, short);
}

function browser(agent) {
  const found = BROWSERS.find(([, pattern]) => agent.startsWith("Mozilla/") && pattern.test(agent));
  const system = SYSTEMS.exec(agent);
  return found && system ? `${found[0]} ${found[1].exec(agent)[1]}, ${system[0]}` : null;
}

function details(object) {
  const all = flat(object);
  return all.length === 0
    ? []
    : [element("dl", {}, ...all.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]))];
}

/** Names and texts, however deep they are; what was before and what is then are one. */
function flat(object, prefix = "") {
  return Object.entries(object).flatMap(([name, value]) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      return [[prefix + name, said(value)]];
    }
    return "from" in value && "to" in value && Object.keys(value).length === 2
      ? [[prefix + name, `${said(value.from)} → ${said(value.to)}`]]
      : flat(value, `${prefix}${name}.`);
  });
}

const said = (value) => value === null ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
