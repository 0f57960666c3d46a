import { Checkbox, Radio } from '@mantine/core';
import { usePlace } from '@shell/session/session';
import { Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import css from './acts.module.css';
import { useActWords } from './acts-words';
import { About, mostPicked, type ActProps } from './ledger-acts';
import { inFile } from './ledger-columns';
import { queryText } from './ledger-filter';

/** The ledger as a file for a spreadsheet. */
export default function Sheet({ filter, picked, all, columns }: ActProps): ReactNode {
  const t = useActWords();
  const { language } = usePlace();
  const [format, setFormat] = useState('xlsx');
  const [whole, setWhole] = useState(false);
  const query = queryText(filter, picked, { columns: whole ? undefined : inFile(columns), language });
  return (
    <div className={css['form']}>
      <div>
        <About picked={picked} all={all} />
        <p className="sm sub">{t('file.lead')}</p>
      </div>
      <Radio.Group label={t('file.format')} value={format} onChange={setFormat}>
        <div className={css['fields']}>
          <Radio value="xlsx" label={t('file.xlsx')} />
          <Radio value="csv" label={t('file.csv')} />
        </div>
      </Radio.Group>
      <Checkbox
        label={t('file.all_columns')}
        checked={whole}
        onChange={(event) => {
          setWhole(event.currentTarget.checked);
        }}
      />
      {picked.size > mostPicked ? (
        <Remark>{t('too_many_picked')}</Remark>
      ) : (
        <p>
          <a className="t" href={`/api/v1/assets/ledger.${format}?${query}`} download>
            {t('file.save')}
          </a>
        </p>
      )}
      <p className="sm sub">{t('file.audit')}</p>
    </div>
  );
}
