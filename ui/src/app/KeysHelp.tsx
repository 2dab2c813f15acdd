import { Modal, Switch } from 'antd';
import { Fragment } from 'react';
import { useStore } from '../components/store';
import { useT, type Word } from './i18n';
import { preferences, setPreference } from './preferences';

const groups: { word: Word; keys: [string, Word][] }[] = [
  { word: 'keys.everywhere', keys: [['Ctrl K', 'do.goTo'], ['/', 'do.search'], ['?', 'do.keys'], ['Esc', 'keys.close']] },
  { word: 'keys.lists', keys: [['J K', 'keys.move'], ['↵', 'keys.open'], ['R', 'keys.run']] },
  {
    word: 'keys.canvas',
    keys: [['↑ ↓ ← →', 'keys.follow'], ['↵', 'keys.open'], ['Ctrl F', 'keys.find'], ['/', 'keys.palette'], ['Del', 'keys.remove'], ['Ctrl D', 'keys.duplicate'], ['F2', 'keys.rename'], ['Ctrl Z, Ctrl ⇧ Z', 'keys.undo'], ['Ctrl C, Ctrl V', 'keys.copyPaste'], ['0, 1', 'keys.fit'], ['L', 'keys.tidy'], ['Ctrl S', 'keys.save'], ['Ctrl ↵', 'keys.test']],
  },
];

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { letters } = useStore(preferences);
  return (
    <Modal open footer={null} onCancel={onClose} title={t('do.keys')} width={640}>
      <div className="keys-help">
        {groups.map((group) => (
          <section key={group.word}>
            <h3>{t(group.word)}</h3>
            <dl>{group.keys.map(([key, word]) => <Fragment key={key + word}><dt><kbd>{key}</kbd></dt><dd>{t(word)}</dd></Fragment>)}</dl>
          </section>
        ))}
      </div>
      <label className="inline-check"><Switch size="small" checked={letters} onChange={(on) => setPreference('letters', on)} /> {t('keys.letters')}</label>
    </Modal>
  );
}
