import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { depthOf, pathWords, useGroups } from './groups';

/** One group of the tree, typed or chosen. `label` is read aloud also where it is not written. */
export function GroupSelect({
  label,
  quiet = false,
  value,
  onChange,
  clearable = false,
  fixedOnly = false,
  error,
}: {
  label: string;
  quiet?: boolean;
  value: string | null;
  onChange: (id: string | null) => void;
  clearable?: boolean;
  fixedOnly?: boolean;
  error?: string | null;
}): ReactNode {
  const { data = [] } = useGroups();
  return (
    <Select
      {...(quiet ? { 'aria-label': label, placeholder: label } : { label })}
      data={data
        .filter((group) => !fixedOnly || group.kind === 'fixed')
        .map((group) => ({ value: group.id, label: pathWords(group), depth: depthOf(group) }))}
      searchable
      clearable={clearable}
      value={value}
      onChange={onChange}
      error={error}
    />
  );
}
