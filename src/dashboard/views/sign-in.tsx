import { useEffect, useState } from 'preact/hooks';
import type { SessionInfo } from '../../server/api.ts';
import { post } from '../data/api.ts';
import { go } from '../data/router.ts';
import { session } from '../data/session.ts';
import { Button } from '../parts/basics.tsx';

/** Sign-in by name and password, or by a link that serves once: its token stands behind the `#`, and is never sent by itself. */
export function SignInView({ token }: { token: string | undefined }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [refusal, setRefusal] = useState('');
  const [busy, setBusy] = useState(token !== undefined);

  const enter = async (body: object) => {
    setBusy(true);
    setRefusal('');
    try {
      session.value = await post<SessionInfo>('/v1/session', body);
      // The token has served: it goes from the address, and from the browser's history.
      if (token !== undefined) history.replaceState(null, '', '#/');
      if (token !== undefined) dispatchEvent(new HashChangeEvent('hashchange'));
    } catch (error) {
      setRefusal(
        token === undefined
          ? (error as Error).message
          : 'This link has served, or is older than ten minutes.',
      );
      setPassword('');
      if (token !== undefined) go([]);
    }
    setBusy(false);
  };
  useEffect(() => {
    if (token !== undefined) void enter({ token });
  }, [token]);

  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter({ user, password });
        }}
      >
        <img src={new URL('../icon.svg', import.meta.url).href} alt="" width="40" height="40" />
        <h1>Sign in to Wolfsec</h1>
        {refusal ? (
          <p class="refusal" role="alert">
            {refusal}
          </p>
        ) : null}
        <label class="field">
          <span>Name</span>
          <input
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            value={user}
            onInput={({ currentTarget }) => setUser(currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Password</span>
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={({ currentTarget }) => setPassword(currentTarget.value)}
          />
        </label>
        <Button kind="primary" type="submit" disabled={busy}>
          {busy ? 'One moment' : 'Sign in'}
        </Button>
        <p class="note">
          An account is made on the machine that runs the engine: <code>npx wolfsec user NAME</code>. There,{' '}
          <code>npx wolfsec serve</code> also prints a link that signs in once.
        </p>
      </form>
    </main>
  );
}
