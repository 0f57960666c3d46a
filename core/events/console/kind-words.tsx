import { MultiSelect, Select } from '@mantine/core';
import { useLooseWords, useWordTree, useWords } from '@shell/i18n';
import type { ReactNode } from 'react';
import { families } from './kinds';

/** A kind, a family (`web.*`) or, for nothing, all kinds in words. */
export function useKindWords(): (kind: string | null | undefined) => string {
  const t = useWords('events');
  const loose = useLooseWords('events');
  return (kind) => {
    if (!kind) return t('keep.all_kinds');
    if (!kind.endsWith('.*')) return loose(`kinds.${kind}`, kind);
    const family = kind.slice(0, -2);
    return t('keep.family', { family: loose(`families.${family}`, family) });
  };
}

interface Option {
  value: string;
  label: string;
}

/** Families first, each followed by its kinds, then the kinds of no family that is offered. */
function useOptions(chosen: readonly string[]): Option[] {
  const words = useKindWords();
  const tree = useWordTree('events')('kinds') as Record<string, Record<string, string>>;
  const kindsOf = (family: string): string[] => Object.keys(tree[family] ?? {}).map((kind) => `${family}.${kind}`);
  const offered: readonly string[] = families;
  const known = [...offered.flatMap((family) => [`${family}.*`, ...kindsOf(family)]), ...Object.keys(tree).filter((family) => !offered.includes(family)).flatMap(kindsOf)];
  const all = [...known, ...chosen.filter((kind) => kind !== '' && !known.includes(kind))];
  return all.map((value) => ({ value, label: words(value) }));
}

/** One kind, a family, or all kinds. */
export function KindSelect({ label, value, error, onChange }: { label: string; value: string | null; error?: string | undefined; onChange: (kind: string | null) => void }): ReactNode {
  const words = useKindWords();
  const options = useOptions(value === null ? [] : [value]);
  return (
    <Select
      label={label}
      searchable
      data={[{ value: '', label: words(null) }, ...options]}
      value={value ?? ''}
      error={error}
      onChange={(kind) => {
        onChange(kind === '' ? null : kind);
      }}
    />
  );
}

/** Any number of kinds and families. */
export function KindsSelect({ label, value, onChange }: { label: string; value: string[]; onChange: (kinds: string[]) => void }): ReactNode {
  return <MultiSelect label={label} searchable data={useOptions(value)} value={value} onChange={onChange} />;
}
