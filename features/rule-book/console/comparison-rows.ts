import type { ComparedView } from '@shell/api/schema';

/** How many of all that was counted fell to one, from 0 to 1. */
export function shareOf(item: ComparedView, sum: number): number {
  return sum === 0 ? 0 : item.total / sum;
}

/** With one decimal; what would look like nothing with the first digit that is something. */
export function averageWords(average: number): string {
  return average > 0 && average < 0.05 ? average.toPrecision(1) : average.toFixed(1);
}

export function sumOf(items: readonly ComparedView[], what: 'total' | 'prohibited' | 'endpoints_with' = 'total'): number {
  return items.reduce((sum, item) => sum + item[what], 0);
}

/** The classes of one, the most frequent first. */
export function classesOf(classes: Readonly<Record<string, number>>): { name: string; count: number }[] {
  return Object.entries(classes)
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

const values: Record<string, (item: ComparedView) => number> = {
  total: (item) => item.total,
  stopped: (item) => item.prohibited,
  endpoints: (item) => item.endpoints_with,
  average: (item) => item.average,
  share: (item) => item.total,
  classes: (item) => Object.keys(item.classes).length,
};

/** Sorted by a column, downwards with a leading minus; equals stand in the order of their names. */
export function sortedBy(items: readonly ComparedView[], by: string, language: string): ComparedView[] {
  const down = by.startsWith('-') ? -1 : 1;
  const value = values[by.replace(/^-/, '')];
  const name = new Intl.Collator(language, { numeric: true });
  return [...items].sort((a, b) => {
    if (!value) return down * name.compare(a.name, b.name);
    return down * (value(a) - value(b)) || name.compare(a.name, b.name);
  });
}

/** A text that a spreadsheet takes for text: what it would take for a formula gets an apostrophe in front. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as a CSV file (RFC 4180) that spreadsheets read as UTF-8, by the mark at its beginning. */
export function csvOf(lines: readonly (readonly (string | number)[])[]): string {
  return `\uFEFF${lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')}`;
}

/** What has most stands first. */
export const firstSort = '-total';
