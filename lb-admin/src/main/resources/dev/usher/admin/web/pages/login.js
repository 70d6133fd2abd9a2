import { useEffect, useRef, useState } from "preact/hooks";
import { asksAnew, call, loginNeeded } from "../lib/api.js";
import { open } from "../lib/live.js";
import { html, Refusal } from "../lib/ui.js";

/** Exchanges a token for a login cookie. */
export function Page() {
  const [token, setToken] = useState("");
  const [fault, setFault] = useState(null);
  const field = useRef(null);
  useEffect(() => {
    document.title = "Log in · usher";
    document.documentElement.classList.remove("stale");
    field.current.focus();
  }, []);
  const enter = async (event) => {
    event.preventDefault();
    setFault(null);
    try {
      await call("POST", "/session", { token: token.trim() });
      loginNeeded.set(false);
      asksAnew();
      open();
    } catch (refused) {
      setFault(refused);
      field.current.select();
    }
  };
  return html`<main id="main" class="login">
    <h1><img src="/assets/icon.svg" alt="" width="28" height="28" />usher</h1>
    <form onSubmit=${enter}>
      <input hidden autocomplete="username" value="usher" />
      <label for="token">Token</label>
      <input id="token" ref=${field} type="password" autocomplete="current-password" required value=${token} onInput=${(event) => setToken(event.target.value)} />
      <button type="submit" class="first">Log in</button>
      <${Refusal} fault=${fault} />
      <p class="dim">One of those under <code>admin.tokens</code> in the configuration, where only their SHA-256 is.</p>
    </form>
  </main>`;
}
