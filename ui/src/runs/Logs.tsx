import { Checkbox, Select } from 'antd';
import { Download } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { api } from '../api/api';
import { useResource } from '../api/resource';
import type { LogLine } from '../api/types';
import { useT } from '../app/i18n';
import { ProblemBar } from '../components/problems';
import { useStore } from '../components/store';
import { clock } from '../components/time';
import type { RunStore } from './runStore';

const shownLines = 2000;

/// What the nodes of a run wrote: from the server's store, then live.
export function Logs({ run, node }: { run: RunStore; node: string | null }) {
  const t = useT();
  const live = useStore(run.logs);
  const stored = useResource(`logs:${run.id}:${node ?? ''}`, (signal) => api.logs(run.id, { ...(node ? { path: node } : {}), limit: 500 }, signal), 5000);
  const [path, setPath] = useState<string | null>(null);
  const [stick, setStick] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  const all = useMemo(() => {
    const seen = new Set<string>();
    return [...(stored.data?.items ?? []), ...live].filter((line) => {
      const key = `${line.path}#${line.attempt}${line.stream}${line.at}${line.text}`;
      if ((node && line.path !== node) || seen.has(key)) return false;
      seen.add(key);
      return true;
    }).sort((a, b) => a.at.localeCompare(b.at));
  }, [stored.data, live, node]);
  const lines = path ? all.filter((line) => line.path === path) : all;
  useEffect(() => {
    if (stick && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, stick]);
  const names = [...new Set(all.map((line) => line.path))];
  const save = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([lines.map((line) => `${line.at} ${line.path}#${line.attempt} ${line.text}`).join('\n')], { type: 'text/plain' }));
    link.download = `${run.id}.log`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div className="logs">
      <ProblemBar problem={stored.problem} retry={stored.reload} />
      <div className="logs-bar">
        {node === null && <Select size="small" allowClear aria-label={t('logs.node')} placeholder={t('logs.allNodes')} value={path} onChange={(value?: string) => setPath(value ?? null)} options={names.map((name) => ({ value: name, label: name }))} style={{ minWidth: 180 }} />}
        <Checkbox checked={stick} onChange={(event) => setStick(event.target.checked)}>{t('logs.follow')}</Checkbox>
        <button type="button" className="icon-button" aria-label={t('logs.download')} title={t('logs.download')} onClick={save}><Download size={14} /></button>
      </div>
      <div className="log-lines" ref={box} tabIndex={0} role="log" aria-label={t('run.logs')} aria-live="off">
        {lines.length === 0 && <p className="quiet">{t('logs.none')}</p>}
        {lines.slice(-shownLines).map((line, index) => <Line key={index} line={line} withPath={node === null} />)}
      </div>
    </div>
  );
}

function Line({ line, withPath }: { line: LogLine; withPath: boolean }) {
  return <div className={`log-line ${line.stream}`}><time>{clock(line.at)}</time>{withPath && <code>{line.path}</code>}<span>{line.text.replace(/\n$/, '')}</span></div>;
}
