import { useId, type ReactNode } from 'react';
import css from './file-pick.module.css';
import { Icon } from './icons';

/** Lists, as spreadsheets write them. */
export const lists = '.csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** A button that chooses one file, and the name of the one that is chosen. */
export function FilePick({ label, none, accept, file, onPick }: { label: string; none: string; accept: string; file: File | null; onPick: (file: File) => void }): ReactNode {
  const field = useId();
  return (
    <>
      <div className={css['file']}>
        <label htmlFor={field} className={css['choose']}>
          <Icon name="file" />
          {label}
        </label>
        <span className="sub wrap">{file?.name ?? none}</span>
      </div>
      <input
        id={field}
        className="sr"
        type="file"
        accept={accept}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          // The same file may be chosen again, after somebody has mended it.
          event.currentTarget.value = '';
          if (chosen) onPick(chosen);
        }}
      />
    </>
  );
}
