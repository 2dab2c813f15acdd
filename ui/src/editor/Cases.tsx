import { Button, Input } from 'antd';
import { ArrowUp, Plus, X } from 'lucide-react';
import { useT } from '../app/i18n';
import { jsonText } from '../document/values';
import type { Scope } from './completion';
import { ExpressionField } from './ExpressionField';
import { asExpression, expressionOf } from './fieldKinds';

interface Case {
  case: string;
  when?: unknown;
}

/// The cases of a switch, in order; the last may have no condition.
export function Cases({ value, onChange, scope, undo }: { value: unknown; onChange: (value: unknown, typing: boolean) => void; scope: () => Scope; undo: (redo: boolean) => void }) {
  const t = useT();
  const cases = (Array.isArray(value) ? value : []) as Case[];
  const put = (index: number, next: Case, typing = true) => onChange(cases.map((one, at) => (at === index ? next : one)), typing);
  return (
    <ol className="cases">
      {cases.map((one, index) => {
        const isDefault = one.when === undefined;
        const shown = expressionOf(one.when) ?? (typeof one.when === 'string' ? one.when : jsonText(one.when ?? ''));
        return (
          <li key={index}>
            <div className="pair">
              <Input className="mono" aria-label={t('form.caseName')} value={one.case} onChange={(event) => put(index, { ...one, case: event.target.value })} />
              {isDefault ? <span className="quiet">{t('form.otherwise')}</span> : <span />}
              <span className="pair-actions">
                {index > 0 && !isDefault && <button type="button" className="icon-button small" aria-label={t('form.moveUp')} onClick={() => onChange([...cases.slice(0, index - 1), one, cases[index - 1], ...cases.slice(index + 1)], false)}><ArrowUp size={14} /></button>}
                <button type="button" className="icon-button small" aria-label={`${t('do.delete')} ${one.case}`} onClick={() => onChange(cases.filter((_case, at) => at !== index), false)}><X size={14} /></button>
              </span>
            </div>
            {!isDefault && <ExpressionField id={`case-${index}`} label={`${t('form.when')} ${one.case}`} value={shown} onChange={(text) => put(index, { ...one, when: asExpression(text) })} scope={scope} condition undo={undo} />}
          </li>
        );
      })}
      <li className="case-add">
        <Button size="small" icon={<Plus size={14} />} onClick={() => {
          const at = cases.findIndex((one) => one.when === undefined);
          const fresh: Case = { case: freeCase(cases), when: '${ true }' };
          onChange(at < 0 ? [...cases, fresh] : [...cases.slice(0, at), fresh, ...cases.slice(at)], false);
        }}>{t('form.addCase')}</Button>
        {!cases.some((one) => one.when === undefined) && <Button size="small" onClick={() => onChange([...cases, { case: 'other' }], false)}>{t('form.addDefault')}</Button>}
      </li>
    </ol>
  );
}

function freeCase(cases: readonly Case[]): string {
  for (let n = 1; ; ++n) if (!cases.some((one) => one.case === `case_${n}`)) return `case_${n}`;
}
