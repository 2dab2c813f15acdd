import './editor.css';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../api/api';
import type { Problem } from '../api/client';
import { useResource } from '../api/resource';
import type { ServerDraft, WorkflowDetail } from '../api/types';
import { useT } from '../app/i18n';
import { ProblemBar } from '../components/problems';
import { Editor } from './Editor';
import { readDraft } from './drafts';
import { Session } from './session';
import { newText } from './templates';

/// Loads what is edited; `name` null: a new workflow.
export default function EditorPage({ ns, name }: { ns: string | null; name: string | null }) {
  const t = useT();
  const loaded = useResource(ns && name ? `workflow:${ns}/${name}` : null, (signal) => load(ns!, name!, signal));
  const [fresh] = useState(() => (name ? null : newSession()));
  const session = useMemo(() => fresh ?? (loaded.data ? Session.open(loaded.data.detail, loaded.data.draft, loaded.data.base) : null), [fresh, loaded.data]);
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

/// What is deployed, and the draft on the server for those who may edit.
async function load(ns: string, name: string, signal: AbortSignal): Promise<{ detail: WorkflowDetail; draft: ServerDraft | null; base: string }> {
  const [detail, drafts] = await Promise.all([api.workflow(ns, name, signal), api.drafts(ns, signal)]);
  let draft: ServerDraft | null = null;
  if (drafts.items.some((one) => one.name === name)) {
    draft = await api.draft(ns, name, signal).catch((problem: Problem) => {
      if (problem.status === 403 || problem.status === 404) return null;
      throw problem;
    });
  }
  const base = draft && draft.revision !== detail.revision ? (await api.revision(ns, name, draft.revision, signal)).source : detail.source;
  return { detail, draft, base };
}

function newSession(): Session {
  const imported = sessionStorage.getItem('weft.import');
  sessionStorage.removeItem('weft.import');
  const text = imported ?? readDraft('new')?.text ?? newText();
  return new Session('new', text, { text: '', revision: 0 });
}
