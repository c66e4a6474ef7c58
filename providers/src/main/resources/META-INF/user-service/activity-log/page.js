// The page. What it shows is all in its address, behind the #: changes go there, and from there into the page.

import { fetchActions, fetchDays, fetchEntries, fetchUser, fetchUsers, isTaken, Problem } from "./api.js";
import { chart } from "./chart.js";
import { byId, element } from "./dom.js";
import { head, row, time } from "./entries.js";
import { begin, finish, logOut, LoginError, PAGE, userName } from "./login.js";
import texts from "./texts.js";

const ENTRIES = 25;
const USERS = 10;

/** How long to wait for the next letter of a search, in milliseconds. */
const PAUSE = 250;

let shown = null;
let work = new AbortController();
let search = new AbortController();

function viewOf(address) {
  const view = new URLSearchParams(address.replace(/^#/, ""));
  return { user: view.get("user"), actions: view.getAll("action"), from: utcOf(view.get("from")), to: utcOf(view.get("to")) };
}

function addressOf({ user, actions, from, to }) {
  const view = new URLSearchParams(actions.map((action) => ["action", action]));
  Object.entries({ user, from, to }).forEach(([name, value]) => value && view.set(name, value));
  return `#${view}`;
}

/** Shows something else; the browser goes back from it as from any page. */
function go(changes) {
  location.hash = addressOf({ ...viewOf(location.hash), ...changes });
}

async function show() {
  work.abort();
  work = new AbortController();
  const { signal } = work;
  const view = viewOf(location.hash);
  byId("notice").hidden = true;
  byId("entries").hidden = true;
  byId("more").hidden = true;
  byId("everybody").href = addressOf({ ...view, user: null });
  fillFilters(view);
  await attempt(async () => {
    await showUser(view.user, signal);
    await showEntries({ ...view, isGone: shown?.isGone }, null, signal);
  });
}

async function showUser(id, signal) {
  if (shown?.id === id) {
    return;
  }
  shown = null;
  byId("user").hidden = true;
  byId("entries-title").textContent = id === null ? texts.activityOfAll : texts.activityOf(id);
  byId("entries-status").textContent = texts.loading;
  if (id === null) {
    return;
  }
  const { user, isGone } = await userOf(id, signal);
  const days = isGone ? [] : (await fetchDays(id, signal)).body;
  byId("entries-title").textContent = texts.activityOf(user.username ?? id);
  byId("user-name").textContent = user.full_name ?? user.username ?? id;
  byId("user-facts").replaceChildren(...(isGone ? [element("dd", {}, texts.unknownUser)] : facts(user)));
  byId("user-console").href = consoleOf(id);
  byId("user-console").hidden = isGone;
  byId("chart").replaceChildren(...(isGone ? [] : [chart(days)]));
  byId("user").hidden = false;
  shown = { id, isGone };
}

/** The log knows people who are gone, too. */
async function userOf(id, signal) {
  try {
    return { id, user: (await fetchUser(id, signal)).body, isGone: false };
  } catch (error) {
    if (error.status !== 404) {
      throw error;
    }
    return { id, user: {}, isGone: true };
  }
}

function facts(user) {
  return [
    [texts.username, user.username],
    [texts.email, user.email ?? "–"],
    [texts.state, user.is_active ? texts.active : texts.inactive],
    [texts.lastLogin, user.last_login === null ? texts.never : time(user.last_login)],
  ].map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
}

/** Keycloak's admin console is beside the realms, whatever path the server is under. */
function consoleOf(id) {
  const realm = new URL("../..", PAGE).pathname.split("/").at(-2);
  return new URL(`../../../../admin/${realm}/console/#/${realm}/users/${encodeURIComponent(id)}/settings`, PAGE).href;
}

async function showEntries(view, cursor, signal) {
  byId("entries-status").textContent = texts.loading;
  byId("more").disabled = true;
  const { body, next } = await fetchEntries(view, cursor, ENTRIES, signal).finally(() => {
    byId("entries-status").textContent = "";
    byId("more").disabled = false;
  });
  const isOfAll = view.user === null;
  const rows = byId("entries").tBodies[0];
  if (cursor === null) {
    byId("entries").tHead.replaceChildren(head(isOfAll));
    rows.replaceChildren();
  }
  rows.append(...body.map((entry) => row(entry, isOfAll)));
  byId("entries").hidden = rows.rows.length === 0;
  byId("entries-status").textContent = texts.entries(rows.rows.length, next === null);
  byId("more").hidden = next === null;
  if (cursor !== null && next === null) {
    // The button that was used is gone.
    byId("entries-status").focus();
  }
  byId("more").onclick = () => attempt(() => showEntries(view, next, work.signal));
}

function fillFilters({ actions, from, to }) {
  document.querySelectorAll("#actions input").forEach((box) => { box.checked = actions.includes(box.value); });
  byId("actions-summary").textContent = texts.actionsShown(actions.map(texts.action));
  byId("from").value = localOf(from);
  byId("to").value = localOf(to);
  byId("clear").hidden = actions.length === 0 && from === null && to === null;
}

/** What an input of a time holds is local, and the address is for readers anywhere. */
function localOf(utc) {
  if (utc === null) {
    return "";
  }
  const time = new Date(utc);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().replace(/\.\d+Z$/, "");
}

function utcOf(text) {
  const time = new Date(text || NaN);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function showActions(ids) {
  byId("actions").replaceChildren(...ids.map((id) =>
    element("label", {}, element("input", { type: "checkbox", value: id }), texts.action(id))));
}

async function find(q) {
  search.abort();
  search = new AbortController();
  const { signal } = search;
  await attempt(async () => {
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    signal.throwIfAborted();
    byId("found-status").textContent = q === "" ? "" : texts.loading;
    const { body, next } = q === "" ? { body: { users: [] }, next: null } : await fetchUsers(q, USERS, signal);
    byId("found").replaceChildren(...body.users.map(found));
    byId("found-status").textContent = q === "" ? "" : texts.found(body.users.length, next === null);
  });
}

function found(user) {
  const choice = element(
    "button",
    { type: "button" },
    element("strong", {}, user.full_name ?? user.username),
    ` ${[user.username, user.email].filter((name) => name !== null).join(", ")}`,
  );
  choice.onclick = () => {
    byId("search").value = "";
    byId("found").replaceChildren();
    byId("found-status").textContent = "";
    byId("search").focus();
    go({ user: user.id });
  };
  return element("li", {}, choice);
}

/** Does it, or says why it cannot be done. What is given up for something newer needs no word. */
async function attempt(act) {
  try {
    await act();
  } catch (error) {
    if (error.name !== "AbortError") {
      fail(error);
    }
  }
}

function fail(error) {
  if (error.status === 401 && !isTaken) {
    notice(texts.notTaken, error.message, texts.logIn, begin);
  } else if (error instanceof LoginError || error.status === 401) {
    notice(texts.loginAgain, error.message, texts.logIn, begin);
  } else if (error.status === 403) {
    notice(texts.mayNotRead, error.message, texts.logOut, leave);
  } else if (error instanceof Problem) {
    notice(error.message, error.fields, texts.tryAgain, show);
  } else {
    console.warn(error);
    notice(texts.unreachable, "", texts.tryAgain, show);
  }
}

function notice(text, detail, button, act) {
  byId("notice-text").textContent = text;
  byId("notice-detail").textContent = detail;
  byId("notice-button").textContent = button;
  byId("notice-button").hidden = button === "";
  byId("notice-button").onclick = () => attempt(act);
  byId("notice").hidden = false;
}

/** Logs out, and takes away what a browser might keep of the page. */
function leave() {
  work.abort();
  search.abort();
  byId("account").hidden = true;
  byId("content").hidden = true;
  logOut();
}

function listen() {
  window.addEventListener("hashchange", show);
  byId("log-out").onclick = leave;
  byId("search").oninput = (event) => find(event.target.value.trim());
  byId("actions").onchange = () =>
    go({ actions: [...document.querySelectorAll("#actions input:checked")].map((box) => box.value) });
  byId("from").onchange = (event) => go({ from: utcOf(event.target.value) });
  byId("to").onchange = (event) => go({ to: utcOf(event.target.value) });
  byId("clear").onclick = () => go({ actions: [], from: null, to: null });
  byId("filters").onsubmit = (event) => event.preventDefault();
}

async function start() {
  document.querySelectorAll("[data-text]").forEach((place) => { place.textContent = texts[place.dataset.text]; });
  if (!window.isSecureContext) {
    notice(texts.insecure, "", "", begin);
    return;
  }
  const outcome = await finish();
  if (outcome === "logged-out") {
    notice(texts.loggedOut, "", texts.logIn, begin);
    return;
  }
  if (outcome === "nobody") {
    await begin();
  }
  byId("account-name").textContent = userName();
  byId("account").hidden = false;
  byId("content").hidden = false;
  listen();
  showActions(await fetchActions());
  await show();
}

// A page that the browser had kept knows nothing of a logout since.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
attempt(start);
