// OpenID Connect by the tenant's public client: authorization code with PKCE (RFC 7636), state, nonce and iss (RFC 9207).
// Tokens are in this module alone. What must outlive the way to the login page and back is in the tab's storage until then.

import texts from "./texts.js";

/** Where this page is, without what is asked of it. */
export const PAGE = new URL(".", location.href);

const CLIENT = "user-service-activity";
const ISSUER = new URL("../..", PAGE).href.replace(/\/$/, "");
const BEGUN = "user-service-activity-login";
const LOGGED_OUT = "logged-out";

/** How long before its end an access token is renewed, in milliseconds. */
const MARGIN = 30_000;

/** Nobody is logged in, or not any more; the message says more, if more is known. */
export class LoginError extends Error {}

let tokens = null;
let renewal = null;

/** Goes to the login page; there is no way back from here. */
export async function begin() {
  const begun = { state: random(), nonce: random(), verifier: random(), view: location.hash };
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(begun.verifier));
  location.replace(endpoint("auth", {
    client_id: CLIENT,
    redirect_uri: PAGE.href,
    response_type: "code",
    scope: "openid",
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: base64url(challenge),
    code_challenge_method: "S256",
  }));
  await new Promise(() => {});
}

/**
 * Takes what the address may bring from Keycloak out of it, and ends the login that it answers.
 *
 * @returns "logged-in", "logged-out", or "nobody" if it brings nothing
 */
export async function finish() {
  const answer = new URLSearchParams(location.search);
  const isAnswer = answer.has("code") || answer.has("error");
  const begun = JSON.parse(sessionStorage.getItem(BEGUN));
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, "", PAGE.pathname + (isAnswer ? begun?.view ?? "" : viewOf(answer)));
  if (!isAnswer) {
    return answer.get("state") === LOGGED_OUT ? "logged-out" : "nobody";
  }
  require(begun && answer.get("state") === begun.state, texts.wrongState);
  require(answer.get("iss") === ISSUER, texts.wrongIssuer);
  require(answer.has("code"), answer.get("error_description") ?? answer.get("error"));
  const claims = await fetchTokens({
    grant_type: "authorization_code",
    code: answer.get("code"),
    redirect_uri: PAGE.href,
    code_verifier: begun.verifier,
  });
  if (claims.nonce !== begun.nonce) {
    tokens = null;
    throw new LoginError(texts.wrongState);
  }
  return "logged-in";
}

/** A link may name the user behind a question mark, too. */
function viewOf(query) {
  return query.has("user") ? `#${new URLSearchParams({ user: query.get("user") })}` : location.hash;
}

/** A good access token. It is renewed when it is needed, not by a clock: a page that nobody uses is to lose its session. */
export async function accessToken() {
  require(tokens, texts.loginAgain);
  if (Date.now() > tokens.goodUntil) {
    // A refresh token works once: whoever comes while it is used waits for the same answer.
    renewal ??= fetchTokens({ grant_type: "refresh_token", refresh_token: tokens.refresh })
      .finally(() => { renewal = null; });
    await renewal;
  }
  return tokens.access;
}

/** What the user is called. */
export const userName = () => tokens.claims.preferred_username ?? tokens.claims.sub;

/** Ends the session, at Keycloak's logout page, which leads back here. A browser may keep the page that is left: not its tokens. */
export function logOut() {
  const end = endpoint("logout", {
    client_id: CLIENT,
    post_logout_redirect_uri: PAGE.href,
    state: LOGGED_OUT,
    ...(tokens && { id_token_hint: tokens.id }),
  });
  tokens = null;
  location.assign(end);
}

async function fetchTokens(grant) {
  const answer = await fetch(endpoint("token"), {
    method: "POST",
    body: new URLSearchParams({ client_id: CLIENT, ...grant }),
  });
  const body = await answer.json();
  require(answer.ok, body.error_description ?? body.error);
  const claims = body.id_token ? claimsOf(body.id_token) : tokens.claims;
  require(claims.iss === ISSUER && [claims.aud].flat().includes(CLIENT), texts.wrongIssuer);
  require(!tokens || claims.sub === tokens.claims.sub, texts.wrongState);
  tokens = {
    access: body.access_token,
    refresh: body.refresh_token,
    id: body.id_token ?? tokens.id,
    claims,
    goodUntil: Date.now() + body.expires_in * 1000 - MARGIN,
  };
  return claims;
}

/** Its signature need not be looked at: it came from the token endpoint (OpenID Connect Core, 3.1.3.7, 6). */
function claimsOf(jwt) {
  const json = atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(json, (c) => c.charCodeAt(0))));
}

function require(holds, message) {
  if (!holds) {
    throw new LoginError(message);
  }
}

function endpoint(name, parameters = {}) {
  const url = new URL(`../../protocol/openid-connect/${name}`, PAGE);
  url.search = new URLSearchParams(parameters);
  return url;
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
