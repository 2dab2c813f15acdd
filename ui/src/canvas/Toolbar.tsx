import { useReactFlow, useStore } from '@xyflow/react';
import { ArrowDownUp, ArrowLeftRight, ListTree, Map, Maximize, Minus, Plus, Search, WandSparkles } from 'lucide-react';
import { useT } from '../app/i18n';
import type { Direction } from '../graph/arrange';

interface Props {
  fit: () => void;
  onFind?: () => void;
  minimap: boolean;
  onMinimap: () => void;
  onTidy?: () => void;
  tidy: boolean;
  direction: Direction;
  onDirection: (direction: Direction) => void;
  onOutline?: () => void;
}

export function Toolbar({ fit, onFind, minimap, onMinimap, onTidy, tidy, direction, onDirection, onOutline }: Props) {
  const t = useT();
  const flow = useReactFlow();
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  const button = (label: string, icon: React.ReactNode, act: () => void, pressed?: boolean, disabled?: boolean) => (
    <button type="button" className="icon-button" title={label} aria-label={label} aria-pressed={pressed} disabled={disabled} onClick={act}>{icon}</button>
  );
  return (
    <div className="canvas-toolbar" role="toolbar" aria-label={t('canvas.toolbar')}>
      {button(t('canvas.zoomOut'), <Minus size={16} />, () => void flow.zoomOut({ duration: 120 }))}
      <button type="button" className="canvas-zoom" title="100 %" onClick={() => void flow.zoomTo(1, { duration: 160 })}>{zoom}%</button>
      {button(t('canvas.zoomIn'), <Plus size={16} />, () => void flow.zoomIn({ duration: 120 }))}
      <i className="divider" />
      {button(t('canvas.fit'), <Maximize size={16} />, fit)}
      {onFind && button(t('find.open'), <Search size={16} />, onFind)}
      {onTidy && button(t('canvas.tidy'), <WandSparkles size={16} />, onTidy, undefined, !tidy)}
      {button(direction === 'DOWN' ? t('canvas.toRight') : t('canvas.toBottom'), direction === 'DOWN' ? <ArrowDownUp size={16} /> : <ArrowLeftRight size={16} />, () => onDirection(direction === 'DOWN' ? 'RIGHT' : 'DOWN'))}
      {button(t('canvas.minimap'), <Map size={16} />, onMinimap, minimap)}
      {onOutline && button(t('canvas.outline'), <ListTree size={16} />, onOutline)}
    </div>
  );
}
