import { Select } from '@mantine/core';
import { Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import css from './acts.module.css';
import { useActWords } from './acts-words';
import { About, mostPicked, type ActProps } from './ledger-acts';
import { queryText } from './ledger-filter';

const layouts = { a4_24: { columns: 3, rows: 8 }, a4_65: { columns: 5, rows: 13 }, single_62x29: { columns: 1, rows: 1 } } as const;
type Layout = keyof typeof layouts;

const remembered = 'yagura-label-layout';

/** Which faces of the first sheet get a label, with the first of them to be chosen. */
function Faces({ layout, start, count, onStart }: { layout: Layout; start: number; count: number; onStart: (face: number) => void }): ReactNode {
  const t = useActWords();
  const { columns, rows } = layouts[layout];
  const filled = Math.min(columns * rows, start - 1 + count);
  return (
    <div role="group" aria-label={t('label.start')} className={css['sheet']} style={{ gridTemplateColumns: `repeat(${String(columns)}, 1fr)` }}>
      {Array.from({ length: columns * rows }, (_, at) => at + 1).map((face) => (
        <button
          key={face}
          type="button"
          className={css['face']}
          style={{ height: rows > 10 ? 24 : 30 }}
          aria-label={t('label.face', { face })}
          aria-pressed={face === start}
          data-filled={face >= start && face <= filled ? '' : undefined}
          onClick={() => {
            onStart(face);
          }}
        >
          {face}
        </button>
      ))}
    </div>
  );
}

/** Labels for what is chosen: the paper, the first face, and the file. */
export default function Labels({ filter, picked, all }: ActProps): ReactNode {
  const t = useActWords();
  const [layout, setLayout] = useState<Layout>(() => (Object.keys(layouts) as Layout[]).find((one) => one === localStorage.getItem(remembered)) ?? 'a4_24');
  const [start, setStart] = useState(1);
  const count = picked.size > 0 ? picked.size : all;
  const { columns, rows } = layouts[layout];
  const sheets = Math.ceil((start - 1 + count) / (columns * rows));
  const query = queryText(filter, picked, { layout, start: start === 1 ? undefined : String(start) });
  return (
    <div className={css['form']}>
      <div>
        <About picked={picked} all={all} />
        <p className="sm sub">{t('label.lead')}</p>
      </div>
      <Select
        label={t('label.layout')}
        allowDeselect={false}
        data={(Object.keys(layouts) as Layout[]).map((one) => ({ value: one, label: t(`label.layouts.${one}`) }))}
        value={layout}
        onChange={(chosen) => {
          if (chosen === null) return;
          setLayout(chosen as Layout);
          setStart(1);
          localStorage.setItem(remembered, chosen);
        }}
      />
      {columns * rows > 1 && (
        <div>
          <p className="sm sub">{t('label.start_note')}</p>
          <Faces layout={layout} start={start} count={count} onStart={setStart} />
        </div>
      )}
      <p className="sm sub">
        {t('label.sheets', { sheets: sheets.toLocaleString('en-US') })} · {t('label.scale')}
      </p>
      {picked.size > mostPicked ? (
        <Remark>{t('too_many_picked')}</Remark>
      ) : (
        <p>
          <a className="t" href={`/api/v1/assets/labels.pdf?${query}`} target="_blank" rel="noreferrer">
            {t('label.open')}
          </a>
        </p>
      )}
    </div>
  );
}
