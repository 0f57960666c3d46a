import { Select } from '@mantine/core';
import type { BadRow, ImportPreview } from '@shell/api/schema';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { codes, targets, useImportWords, type ImportSay } from './import-words';
import { wordOf } from './ledger-words';
import css from './import.module.css';

/** Why a row was left out, in words. */
export function why(t: ImportSay, code: string): string {
  return wordOf(codes, code, (known) => t(`code.${known}`));
}

/** What the file is, and what each of its columns is taken for, which can be changed. */
export function FileColumns({ seen, onChange }: { seen: ImportPreview; onChange: (mapping: string[]) => void }): ReactNode {
  const t = useImportWords();
  const mapping = seen.columns.map((column) => column.target);
  const taken = (target: string): boolean => target !== 'custom' && target !== 'ignore' && mapping.includes(target);
  return (
    <>
      <KeyValues
        facts={[
          { label: t('facts.format'), value: t(`format.${seen.format}`) },
          { label: t('facts.title_line'), value: t('line', { line: seen.title_line }) },
          { label: t('facts.rows'), value: seen.rows },
          { label: t('facts.good'), value: seen.good },
          { label: t('facts.bad'), value: seen.rows - seen.good },
        ]}
      />
      <table className={css['table']} aria-label={t('steps.columns')}>
        <thead>
          <tr>
            <th scope="col">{t('column')}</th>
            <th scope="col">{t('target')}</th>
            <th scope="col">{t('sample')}</th>
          </tr>
        </thead>
        <tbody>
          {seen.columns.map((column, at) => (
            <tr key={`${String(at)} ${column.title}`}>
              <th scope="row">{column.title || '—'}</th>
              <td className={css['target']}>
                <Select
                  aria-label={t('target_of', { title: column.title })}
                  allowDeselect={false}
                  data={targets.map((target) => ({ value: target, label: t(`targets.${target}`), disabled: target !== column.target && taken(target) }))}
                  value={column.target}
                  onChange={(value) => {
                    if (value) onChange(mapping.map((before, nth) => (nth === at ? value : before)));
                  }}
                />
              </td>
              <td className="sub">
                {seen.first
                  .map((row) => row[at])
                  .filter(Boolean)
                  .slice(0, 3)
                  .join(' / ') || '—'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Rows that cannot be imported, each with its line and the reason. */
export function BadRows({ rows }: { rows: BadRow[] }): ReactNode {
  const t = useImportWords();
  return (
    <table className={css['table']} aria-label={t('bad_title')}>
      <thead>
        <tr>
          <th scope="col">{t('bad_line')}</th>
          <th scope="col">{t('column')}</th>
          <th scope="col">{t('bad_why')}</th>
          <th scope="col">{t('bad_value')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${String(row.line)} ${row.column ?? ''} ${row.code}`}>
            <td>{t('line', { line: row.line })}</td>
            <td>{row.column ?? '—'}</td>
            <td>{why(t, row.code)}</td>
            <td>{row.value || '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
