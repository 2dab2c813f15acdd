import { Button, Input } from 'antd';
import { useState } from 'react';
import { api } from '../api/api';
import { Problem } from '../api/client';
import { signedOut } from '../api/session';
import { problemText } from '../components/problems';
import { Mark } from '../components/Mark';
import { useStore } from '../components/store';
import { useT } from './i18n';

export function useSignedOut(): boolean {
  return useStore(signedOut);
}

/// Makes a session of the browser out of a token.
export function SignIn() {
  const t = useT();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async () => {
    try {
      await api.signIn(token.trim());
      signedOut.set(false);
      window.location.reload();
    } catch (error) {
      setProblem(error as Problem);
    }
  };
  return (
    <main className="sign-in">
      <form onSubmit={(event) => (event.preventDefault(), void submit())}>
        <Mark />
        <h1>{t('signin.title')}</h1>
        <label htmlFor="token">{t('signin.token')}</label>
        <Input.Password id="token" autoFocus value={token} onChange={(event) => setToken(event.target.value)} status={problem ? 'error' : ''} />
        <p className={problem ? 'tone-fail' : 'quiet'}>{problem ? problemText(problem) : t('signin.hint')}</p>
        <Button type="primary" htmlType="submit" block disabled={!token.trim()}>{t('signin.title')}</Button>
      </form>
    </main>
  );
}
