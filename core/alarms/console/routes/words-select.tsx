import { MultiSelect } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { useState, type ReactNode } from 'react';

/** Any of the words that are known, by their names, and others as they are typed. */
export function WordsSelect({
  label,
  description,
  known,
  value,
  error,
  onChange,
}: {
  label: string;
  description: string;
  known: { value: string; label: string }[];
  value: string[];
  error: string | undefined;
  onChange: (words: string[]) => void;
}): ReactNode {
  const t = useWords('alarms');
  const [text, setText] = useState('');
  const typed = text.trim();
  const isKnown = (word: string): boolean => known.some((one) => one.value === word || one.label === word);
  const own = value.filter((word) => !known.some((one) => one.value === word)).map((word) => ({ value: word, label: word }));
  const fresh = typed === '' || isKnown(typed) || value.includes(typed) ? [] : [{ value: typed, label: t('routes.form.own_word', { word: typed }) }];
  return (
    <MultiSelect
      label={label}
      description={description}
      searchable
      hidePickedOptions
      data={[...known, ...own, ...fresh]}
      value={value}
      error={error}
      searchValue={text}
      onSearchChange={setText}
      onChange={onChange}
    />
  );
}
