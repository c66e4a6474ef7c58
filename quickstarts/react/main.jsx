import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { AuthProvider, useAuth } from "react-oidc-context";

const tenant = import.meta.env.VITE_TENANT ?? "http://localhost:8080/realms/demo";
const home = window.location.origin + "/";

function App() {
  const auth = useAuth();
  const token = auth.user?.access_token;
  const [me, setMe] = useState();
  useEffect(() => {
    if (token) {
      fetch(tenant + "/api/users/me", { headers: { Authorization: `Bearer ${token}` } })
        .then((answer) => answer.json())
        .then(setMe);
    }
  }, [token]);

  if (auth.isLoading) return <p>Loading…</p>;
  if (auth.error) return <p>{auth.error.message}</p>;
  if (!auth.isAuthenticated) return <button id="login" onClick={() => auth.signinRedirect()}>Log in</button>;
  return (
    <>
      <p>Logged in as {auth.user.profile.name}</p>
      <pre>{JSON.stringify(me, null, 2)}</pre>
      <button id="logout" onClick={() => auth.signoutRedirect()}>Log out</button>
    </>
  );
}

createRoot(document.getElementById("root")).render(
  <AuthProvider
    authority={tenant}
    client_id="app"
    redirect_uri={home}
    post_logout_redirect_uri={home}
    // Removes the one-time code of the login from the address, so that a reload does not send it again.
    onSigninCallback={() => window.history.replaceState({}, "", home)}
  >
    <App />
  </AuthProvider>,
);
