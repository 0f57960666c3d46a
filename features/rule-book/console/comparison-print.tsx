import type { ComparedView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { Button } from '@shell/ui/button';
import { useSyncExternalStore, type ReactNode } from 'react';
import { useClassWord } from './classes';
import type { Asked } from './comparison-asked';
import { useRowName } from './comparison-name';
import { averageWords, classesOf, shareOf } from './comparison-rows';
import css from './comparison.module.css';

/** Who wants more reads the file: paper is read by people. */
const most = 500;

const paper = matchMedia('print');
let asked = false;

function subscribe(changed: () => void): () => void {
  const begins = (): void => {
    asked = true;
    changed();
  };
  const ends = (): void => {
    asked = false;
    changed();
  };
  window.addEventListener('beforeprint', begins);
  window.addEventListener('afterprint', ends);
  paper.addEventListener('change', changed);
  return () => {
    window.removeEventListener('beforeprint', begins);
    window.removeEventListener('afterprint', ends);
    paper.removeEventListener('change', changed);
  };
}

/** Whether the page is being put on paper. A list on the screen draws the rows in view only. */
export function usePrinting(): boolean {
  return useSyncExternalStore(subscribe, () => asked || paper.matches);
}

export function PrintButton(): ReactNode {
  const t = useWords('rule-book');
  return (
    <Button
      small
      icon="print"
      onClick={() => {
        window.print();
      }}
    >
      {t('comparison.print')}
    </Button>
  );
}

/** All rows as they stand on paper, where nothing can be pressed or hovered: classes by their names. */
export function Printed({ items, asked, sum }: { items: ComparedView[]; asked: Asked; sum: number }): ReactNode {
  const t = useWords('rule-book');
  const word = useClassWord();
  const marks = useMarks();
  const nameOf = useRowName(asked);
  // An endpoint is one of one, as on the screen.
  const perEndpoint = asked.by !== 'endpoint';
  const heads = (['total', 'stopped', 'endpoints', 'average', 'percent'] as const).filter((head) => perEndpoint || (head !== 'endpoints' && head !== 'average'));
  return (
    <>
      <table className={css['paper']}>
        <thead>
          <tr>
            <th scope="col">{t(`comparison.by.${asked.by}`)}</th>
            {heads.map((head) => (
              <th key={head} scope="col" className="num">
                {t(`comparison.columns.${head}`)}
              </th>
            ))}
            <th scope="col">{t('comparison.columns.classes')}</th>
          </tr>
        </thead>
        <tbody>
          {items.slice(0, most).map((item) => (
            <tr key={item.id ?? item.name}>
              <th scope="row">{nameOf(item)}</th>
              <td className="num">{item.total.toLocaleString('en-US')}</td>
              <td className="num">{item.prohibited.toLocaleString('en-US')}</td>
              {perEndpoint && <td className="num">{asked.by === 'person' ? item.endpoints_with : t('comparison.with_of', { with: item.endpoints_with, all: item.endpoints })}</td>}
              {perEndpoint && <td className="num">{averageWords(item.average)}</td>}
              <td className="num">{(shareOf(item, sum) * 100).toFixed(1)}</td>
              <td>{marks.list(classesOf(item.classes).map(({ name, count }) => t('calendar.of_class', { name: word(name), count })))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {items.length > most && <p className="sm">{t('comparison.more_in_file', { count: items.length - most })}</p>}
    </>
  );
}
