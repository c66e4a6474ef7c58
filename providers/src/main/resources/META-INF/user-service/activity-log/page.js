// The page. What it shows is all in its address, behind the #: changes go there, and from there into the page.

import { fetchActions, fetchDays, fetchEntries, fetchUser, fetchUsers, isTaken, Problem } from "./api.js";
import { chart } from "./chart.js";
import { byId, element } from "./dom.js";
import { head, row, time } from "./entries.js";
import { begin, finish, logOut, LoginError, PAGE, userName } from "./login.js";
import texts from "./texts.js";

const ENTRIES = 25;
const USERS = 10;

/** How long what is said of a user may be shown before it is asked for again, in milliseconds. */
const FRESH = 60_000;

// Where it is said how it goes, of the log and of the search.
const LOG = "entries-status";
const SEARCH = "found-status";

/** How long to wait for the next letter of a search, in milliseconds. */
const PAUSE = 250;

let shown = null;

/** Where it went wrong what the notice tells of. */
let failed = null;
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
  await attempt(LOG, async () => {
    await fillActions(signal);
    await showUser(view.user, signal);
    await showEntries({ ...view, isGone: shown?.isGone }, null, signal);
  });
}

async function showUser(id, signal) {
  byId(LOG).textContent = texts.loading;
  if (shown?.id !== id) {
    shown = null;
    byId("user").hidden = true;
    byId("entries-title").textContent = id === null ? texts.activityOfAll : texts.activityOf(id);
  }
  if (id === null || Date.now() < shown?.until) {
    return;
  }
  const { user, isGone } = await userOf(id, signal);
  const days = isGone ? [] : (await fetchDays(id, signal)).body;
  byId("entries-title").textContent = texts.activityOf(user.username ?? id);
  byId("user-name").textContent = user.full_name ?? user.username ?? id;
  byId("user-facts").replaceChildren(...(isGone ? [element("dd", {}, texts.unknownUser)] : facts(user)));
  byId("user-console").href = consoleOf(id);
  byId("chart").replaceChildren(...(isGone ? [] : [chart(days)]));
  byId("user").hidden = false;
  shown = { id, isGone, until: Date.now() + FRESH };
}

/** The log knows people who are gone, too; and who may not be seen here looks the same. */
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
  byId(LOG).textContent = texts.loading;
  byId("more").disabled = true;
  const { body, next } = await fetchEntries(view, cursor, ENTRIES, signal).finally(() => { byId("more").disabled = false; });
  const isOfAll = view.user === null;
  const rows = byId("entries").tBodies[0];
  if (cursor === null) {
    byId("entries").tHead.replaceChildren(head(isOfAll));
    rows.replaceChildren();
  }
  rows.append(...body.map((entry) => row(entry, isOfAll)));
  byId("entries").hidden = rows.rows.length === 0;
  byId(LOG).textContent = texts.entries(rows.rows.length, next === null);
  byId("more").hidden = next === null;
  if (cursor !== null && next === null) {
    // The button that was used is gone.
    byId(LOG).focus();
  }
  byId("more").onclick = () => attempt(LOG, () => showEntries(view, next, work.signal));
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

/** Once: they do not change. */
async function fillActions(signal) {
  if (byId("actions").hasChildNodes()) {
    return;
  }
  const ids = await fetchActions(signal);
  byId("actions").replaceChildren(...ids.map((id) =>
    element("label", {}, element("input", { type: "checkbox", value: id }), texts.action(id))));
  fillFilters(viewOf(location.hash));
}

async function find(q) {
  search.abort();
  search = new AbortController();
  const { signal } = search;
  await attempt(SEARCH, async () => {
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    signal.throwIfAborted();
    byId(SEARCH).textContent = q === "" ? "" : texts.loading;
    const { body, next } = q === "" ? { body: { users: [] }, next: null } : await fetchUsers(q, USERS, signal);
    byId("found").replaceChildren(...body.users.map(found));
    byId(SEARCH).textContent = q === "" ? "" : texts.found(body.users.length, next === null);
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
    byId(SEARCH).textContent = "";
    byId("search").focus();
    go({ user: user.id });
  };
  return element("li", {}, choice);
}

/** Does it, or says why it cannot be done. What is given up for something newer needs no word. */
async function attempt(where, act) {
  try {
    await act();
    if (failed === where) {
      failed = null;
      byId("notice").hidden = true;
    }
  } catch (error) {
    if (error.name !== "AbortError") {
      byId(where).textContent = "";
      fail(error, where, act);
    }
  }
}

function fail(error, where, act) {
  // Whoever tries the log again asks for the user, too, and who is gone meanwhile has no next page.
  if (where === LOG && shown) {
    shown.until = 0;
  }
  const again = () => where === LOG && error.status === 404 ? show() : attempt(where, act);
  if (error.status === 401 && !isTaken) {
    notice(texts.notTaken, error.message, texts.logIn, logIn);
  } else if (error instanceof LoginError || error.status === 401) {
    notice(texts.loginAgain, error.message, texts.logIn, logIn);
  } else if (error.status === 403) {
    notice(texts.mayNotRead, error.message, texts.logOut, leave);
  } else if (error instanceof Problem) {
    noticeOf(where, error.message, error.fields, again);
  } else {
    console.warn(error);
    noticeOf(where, texts.unreachable, "", again);
  }
  failed = where;
}

/** The notice goes with its button: what is tried again says how it goes where it always does. */
function noticeOf(where, text, detail, again) {
  notice(text, detail, texts.tryAgain, () => {
    byId("notice").hidden = true;
    byId(where).focus();
    again();
  });
}

function notice(text, detail, button, act) {
  byId("notice-text").textContent = text;
  byId("notice-detail").textContent = detail;
  byId("notice-button").textContent = button;
  byId("notice-button").hidden = button === "";
  byId("notice-button").onclick = act;
  byId("notice").hidden = false;
}

const logIn = () => attempt(LOG, begin);

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
  byId("clear").onclick = () => {
    go({ actions: [], from: null, to: null });
    byId(LOG).focus();
  };
  // It is hidden by what it does, as the button above is: the focus goes to where it is said how it goes.
  byId("everybody").onclick = () => byId(LOG).focus();
  byId("filters").onsubmit = (event) => event.preventDefault();
}

async function start() {
  document.querySelectorAll("[data-text]").forEach((place) => { place.textContent = texts[place.dataset.text]; });
  if (!window.isSecureContext) {
    notice(texts.insecure, "", "", logIn);
    return;
  }
  const outcome = await finish();
  if (outcome === "logged-out") {
    notice(texts.loggedOut, "", texts.logIn, logIn);
    return;
  }
  if (outcome === "nobody") {
    await begin();
  }
  byId("account-name").textContent = userName();
  byId("account").hidden = false;
  byId("content").hidden = false;
  listen();
  // Not a part of this: it says itself why it cannot be done.
  show();
}

// A page that the browser had kept knows nothing of a logout since.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
attempt(LOG, start);
