import './editor.css';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import { useT } from '../app/i18n';
import { ProblemBar } from '../components/problems';
import { Editor } from './Editor';
import { readDraft } from './drafts';
import { Session } from './session';
import { newText } from './templates';

/// Loads what is edited; `name` null: a new workflow.
export default function EditorPage({ ns, name }: { ns: string | null; name: string | null }) {
  const t = useT();
  const loaded = useResource(ns && name ? `workflow:${ns}/${name}` : null, (signal) => api.workflow(ns!, name!, signal));
  const detail = loaded.data;
  const [fresh] = useState(() => (name ? null : newSession()));
  const session = useMemo(() => fresh ?? (detail ? Session.open(detail) : null), [fresh, detail]);
  useEffect(() => {
    const keep = () => void session?.save();
    window.addEventListener('pagehide', keep);
    return () => {
      window.removeEventListener('pagehide', keep);
      session?.close();
    };
  }, [session]);
  if (loaded.problem) return <ProblemBar problem={loaded.problem} retry={loaded.reload} />;
  if (!session) return <div className="page-wait" aria-busy="true" aria-label={t('state.loading')} />;
  return <Editor session={session} ns={ns} name={name} />;
}

function newSession(): Session {
  const imported = sessionStorage.getItem('weft.import');
  sessionStorage.removeItem('weft.import');
  const text = imported ?? readDraft('new')?.text ?? newText();
  return new Session('new', text, { text: '', revision: 0 });
}
