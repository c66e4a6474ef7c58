"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

async function show() {
  const answer = await fetch("../openapi.json");
  const document = await answer.json();
  if (!answer.ok) {
    throw new Error(document.detail);
  }
  const ui = SwaggerUIBundle({
    spec: document,
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    filter: true,
    tryItOutEnabled: true,
    // Else the page would ask a site elsewhere whether the document is valid.
    validatorUrl: null,
    oauth2RedirectUrl: new URL("oauth2-redirect.html", location.href).href,
  });
  ui.initOAuth({
    clientId: document.components.securitySchemes.oidc["x-client-id"] ?? "",
    scopes: "openid",
    usePkceWithAuthorizationCodeGrant: true,
  });
}

show().catch((error) => {
  const message = document.createElement("p");
  message.className = "message";
  message.textContent = `The document of the API cannot be shown: ${error.message}`;
  document.body.append(message);
});
