import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import { inLine, pointerParts, type Difference } from './diff';
import css from './json-diff.module.css';

/** What changes: the place, what it was, what it will be. The signs carry the meaning; there is no colour for it. */
export function JsonDiff({
  diff,
  name = (pointer) => pointerParts(pointer).join(' › '),
}: {
  diff: Difference[];
  name?: (pointer: string) => string;
}): ReactNode {
  const t = useWords('shell');
  if (diff.length === 0) return <p className="sm sub">{t('diff.none')}</p>;
  return (
    <table className={css['diff']}>
      <thead>
        <tr>
          <th scope="col">{t('diff.place')}</th>
          <th scope="col">{t('diff.before')}</th>
          <th scope="col">{t('diff.after')}</th>
        </tr>
      </thead>
      <tbody>
        {diff.map((one) => (
          <tr key={one.pointer}>
            <th scope="row">{name(one.pointer) || '/'}</th>
            <td>{one.before === undefined ? <span className="dim">{t('diff.absent')}</span> : <del>{inLine(one.before)}</del>}</td>
            <td>{one.after === undefined ? <span className="dim">{t('diff.absent')}</span> : <ins>{inLine(one.after)}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
