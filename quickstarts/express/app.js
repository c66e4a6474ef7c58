import express from "express";
import session from "express-session";
import * as oidc from "openid-client";

const tenant = process.env.TENANT ?? "http://localhost:8080/realms/demo";
const home = "http://localhost:3000/";
// The client is public, so it has no secret (None), and only a server for development may be called without TLS.
const keycloak = await oidc.discovery(new URL(tenant), "app", undefined, oidc.None(), {
  execute: tenant.startsWith("http://localhost") ? [oidc.allowInsecureRequests] : [],
});
const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt()};`);

const app = express();
app.use(session({ secret: crypto.randomUUID(), resave: false, saveUninitialized: false, cookie: { sameSite: "lax" } }));

app.get("/", async (req, res) => {
  const user = req.session.user;
  if (!user) return res.send('<a id="login" href="/login">Log in</a>');
  const me = await fetch(tenant + "/api/users/me", { headers: { Authorization: `Bearer ${user.accessToken}` } });
  if (me.status === 401) return res.redirect("/login"); // The token has expired. Keycloak does not ask for the password again.
  res.send(`<p>Logged in as ${escape(user.name)}</p><pre>${escape(JSON.stringify(await me.json(), null, 2))}</pre>
    <form method="post" action="/logout"><button id="logout">Log out</button></form>`);
});

app.get("/login", async (req, res) => {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  req.session.login = { pkceCodeVerifier: verifier, expectedState: state };
  const challenge = await oidc.calculatePKCECodeChallenge(verifier);
  res.redirect(oidc.buildAuthorizationUrl(keycloak, {
    redirect_uri: home + "callback", scope: "openid", state, code_challenge: challenge, code_challenge_method: "S256",
  }).href);
});

app.get("/callback", async (req, res) => {
  const tokens = await oidc.authorizationCodeGrant(keycloak, new URL(req.originalUrl, home), req.session.login);
  req.session.regenerate(() => {
    req.session.user = { name: tokens.claims().name, accessToken: tokens.access_token, idToken: tokens.id_token };
    res.redirect("/");
  });
});

app.post("/logout", (req, res) => {
  const logout = { id_token_hint: req.session.user?.idToken ?? "", post_logout_redirect_uri: home };
  req.session.destroy(() => res.redirect(303, oidc.buildEndSessionUrl(keycloak, logout).href));
});

app.listen(3000, "localhost", () => console.log(home));
