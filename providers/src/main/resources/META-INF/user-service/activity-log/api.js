// The calls of the tenant's API.

import { accessToken, PAGE } from "./login.js";

const API = new URL("../", PAGE);

/** Whether the API has taken a token of this page yet. If it has not, a new login changes nothing. */
export let isTaken = false;

/** A refusal of the API's: its status, as message what it says of it, and in fields what of each (RFC 9457). */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.fields = Object.entries(body?.errors ?? {}).map(([field, errors]) => `${field}: ${errors.join(", ")}`).join("; ");
  }
}

/** What can be asked for, as the API's own document says. */
export async function fetchActions(signal) {
  const { body } = await read(new URL("openapi.json", API), { signal });
  return body.components.schemas.Action.enum;
}

export const fetchUsers = (q, limit, signal) => call("users", { q, limit, cursor: "*" }, signal);

export const fetchUser = (id, signal) => call(`users/${encodeURIComponent(id)}`, {}, signal);

export const fetchDays = (id, signal) => call(`users/${encodeURIComponent(id)}/activity/daily`, {}, signal);

/** A page of the log: of one user, of one who is gone, or of all; and the cursor of the next one, if there is one. */
export function fetchEntries({ user, isGone, actions, from, to }, cursor, limit, signal) {
  const parameters = { action: actions, from, to, limit, cursor: cursor ?? "*" };
  return user && !isGone
    ? call(`users/${encodeURIComponent(user)}/activity`, parameters, signal)
    : call("activity", { user_id: user, ...parameters }, signal);
}

async function call(path, parameters, signal) {
  const url = new URL(path, API);
  for (const [name, values] of Object.entries(parameters)) {
    [values].flat().filter((value) => value !== null).forEach((value) => url.searchParams.append(name, value));
  }
  const answer = await read(url, { signal, cache: "no-store", headers: { Authorization: `Bearer ${await accessToken()}` } });
  isTaken = true;
  return answer;
}

async function read(url, options) {
  const answer = await fetch(url, options);
  const isJson = /\bjson\b/.test(answer.headers.get("Content-Type"));
  const body = isJson ? await answer.json() : null;
  if (!answer.ok) {
    throw new Problem(answer.status, body);
  }
  return { body, next: nextOf(answer.headers.get("Link")) };
}

function nextOf(link) {
  const target = /<([^>]+)>; *rel="next"/.exec(link ?? "")?.[1];
  return target ? new URL(target, API).searchParams.get("cursor") : null;
}
