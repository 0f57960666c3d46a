import type { ComparisonView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import type { ReactNode } from 'react';
import type { Asked } from './comparison-asked';
import { useClassWord } from './classes';
import { useRowName } from './comparison-name';
import { averageWords, classesOf, csvOf, shareOf, sortedBy, sumOf } from './comparison-rows';

type Lines = (string | number)[][];

/** Saves a table as a file. Nothing leaves the browser. */
export function SaveButton({ what, asked, lines }: { what: string; asked: Asked; lines: () => Lines }): ReactNode {
  const t = useWords('rule-book');
  const save = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([csvOf(lines())], { type: 'text/csv;charset=utf-8' }));
    link.download = `yagura-${what}-${asked.reach.from}-${asked.reach.to}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Button small icon="down" onClick={save}>
      {t(what === 'days' ? 'comparison.days.csv' : 'comparison.csv')}
    </Button>
  );
}

/** The table as it is sorted, each class in a column of its own. */
export function TableButton({ view, asked, sort }: { view: ComparisonView; asked: Asked; sort: string }): ReactNode {
  const t = useWords('rule-book');
  const word = useClassWord();
  const { language } = usePlace();
  const nameOf = useRowName(asked);
  const lines = (): Lines => {
    const classes = classesOf(view.classes).filter(({ name }) => asked.class === undefined || name === asked.class);
    const sum = sumOf(view.items);
    const head = (['name', 'total', 'stopped', 'endpoints', 'of_endpoints', 'average', 'percent'] as const).map((name) => t(`comparison.columns.${name}`));
    const rows = sortedBy(view.items, sort, language).map((item) => [
      nameOf(item),
      item.total,
      item.prohibited,
      item.endpoints_with,
      item.endpoints,
      Number(averageWords(item.average)),
      Number((shareOf(item, sum) * 100).toFixed(1)),
      ...classes.map(({ name }) => item.classes[name] ?? 0),
    ]);
    return [[...head, ...classes.map(({ name }) => word(name))], ...rows];
  };
  return <SaveButton what={asked.by} asked={asked} lines={lines} />;
}
