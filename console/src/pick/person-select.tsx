import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { answered, api } from '../api/client';
import { useMarks } from '../i18n/marks';

interface Props {
  label: string;
  description?: string;
  /** Who is chosen, with the name that is shown before anybody has searched. */
  value: { id: string; name: string } | null;
  clearable?: boolean;
  disabled?: boolean;
  onChange: (id: string | null) => void;
}

/** One of the people, looked for by name, kana, department or number as one types: there may be a hundred thousand. */
export function PersonSelect({ label, description, value, clearable = false, disabled = false, onChange }: Props): ReactNode {
  const marks = useMarks();
  const [text, setText] = useState('');
  // With the same words for as long as it is chosen: other words would be taken for a new choice, and end the search.
  const [chosen, setChosen] = useState(value && { value: value.id, label: value.name });
  const q = text === chosen?.label ? '' : text;
  const found = useQuery({
    queryKey: ['people-few', q],
    queryFn: () => answered(api.GET('/api/v1/people', { params: { query: { q, limit: 20 } } })),
    placeholderData: (before) => before,
  });
  const others = (found.data?.items ?? []).map((one) => ({ value: one.id, label: marks.noted(one.name, one.department ?? one.employee_number) }));
  const options = chosen ? [chosen, ...others.filter((one) => one.value !== chosen.value)] : others;
  return (
    <Select
      label={label}
      description={description}
      searchable
      clearable={clearable}
      disabled={disabled}
      data={options}
      filter={({ options: all }) => all}
      value={chosen?.value ?? null}
      onSearchChange={setText}
      onChange={(id) => {
        setChosen(options.find((one) => one.value === id) ?? null);
        onChange(id);
      }}
    />
  );
}
