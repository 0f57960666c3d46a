import type { Software } from '@shell/api/schema';

/** Software of `source` (of any where there is none) whose name, publisher or version holds every word of `text`, in the order named by `sort`. */
export function arrange(all: readonly Software[], text: string, sort: string, source?: string): Software[] {
  const words = text.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean);
  const field = sort.replace(/^-/, '') as keyof Software;
  const sign = sort.startsWith('-') ? -1 : 1;
  return all
    .filter((one) => {
      if (source !== undefined && one.source !== source) return false;
      const hay = `${one.name} ${one.publisher ?? ''} ${one.version} ${one.account ?? ''}`.normalize('NFKC').toLowerCase();
      return words.every((word) => hay.includes(word));
    })
    .sort((a, b) => {
      const left = a[field] ?? null;
      const right = b[field] ?? null;
      // What is not known stands last, whichever way the rest is sorted.
      if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
      if (typeof left === 'number' && typeof right === 'number') return (left - right) * sign;
      return String(left).localeCompare(String(right), 'ja', { numeric: true }) * sign;
    });
}

/** Where the software comes from, with how many of each, the most first. */
export function sources(all: readonly Software[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one.source, (counts.get(one.source) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
