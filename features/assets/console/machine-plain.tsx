import { PlainTable } from '@shell/ui/plain-table';
import { useState, type ReactNode } from 'react';
import { usePartsWords } from './machine-parts-words';

const first = 12;

/** A small table: all of its rows, or the first of very many until somebody wants the rest. */
export function Plain({ heads, rows }: { heads: string[]; rows: ReactNode[][] }): ReactNode {
  const t = usePartsWords();
  const [all, setAll] = useState(false);
  const many = rows.length > first + 3;
  return (
    <>
      <PlainTable heads={heads}>
          {rows.slice(0, many && !all ? first : undefined).map((row, at) => (
            <tr key={at}>
              {row.map((cell, nth) => (
                <td key={nth}>{cell === '' || cell === null || cell === undefined ? <span className="dim">—</span> : cell}</td>
              ))}
            </tr>
          ))}
      </PlainTable>
      {many && (
        <button
          type="button"
          className="t sm"
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? t('fewer') : t('all', { count: rows.length })}
        </button>
      )}
    </>
  );
}
