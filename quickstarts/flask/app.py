import os
import secrets

import requests
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, render_template_string, session, url_for

TENANT = os.environ.get("TENANT", "http://localhost:8080/realms/demo")
PAGE = """<p>Logged in as {{ name }}</p><pre>{{ me | tojson(indent=2) }}</pre>
<form method="post" action="/logout"><button id="logout">Log out</button></form>"""

app = Flask(__name__)
app.config.update(SECRET_KEY=secrets.token_bytes(), SESSION_COOKIE_SAMESITE="Lax")
keycloak = OAuth(app).register(
    "keycloak",
    client_id="app",
    server_metadata_url=f"{TENANT}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
)
tokens = {}  # Of each session, by its id: a cookie has no room for them. With several processes, keep them in a database.


@app.get("/")
def home():
    token = tokens.get(session.get("id"))
    if not token:
        return '<a id="login" href="/login">Log in</a>'
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    me = requests.get(f"{TENANT}/api/users/me", headers=bearer, timeout=10)
    if me.status_code == 401:  # The token has expired. Keycloak does not ask for the password again.
        return redirect("/login")
    return render_template_string(PAGE, name=token["userinfo"]["name"], me=me.json())


@app.get("/login")
def login():
    return keycloak.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    token = keycloak.authorize_access_token()
    session["id"] = secrets.token_urlsafe()
    tokens[session["id"]] = token
    return redirect("/")


@app.post("/logout")
def logout():
    token = tokens.pop(session.pop("id", None), {})
    return keycloak.logout_redirect(url_for("home", _external=True), token.get("id_token"), client_id="app")
