import { Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { parse, stringify } from 'yaml';
import { useWords } from '../i18n';
import css from './form.module.css';

/** A value written as YAML (JSON is YAML too). It is handed on as soon as it can be read. */
export function YamlField({
  label,
  hint,
  value,
  onChange,
  readOnly,
  rows,
}: {
  label: string;
  hint?: string;
  value: unknown;
  onChange: (value: unknown) => void;
  readOnly: boolean;
  rows: number;
}): ReactNode {
  const t = useWords('shell');
  const [text, setText] = useState(() => stringify(value ?? null));
  const [given, setGiven] = useState(value);
  const [wrong, setWrong] = useState<string | null>(null);
  if (given !== value) {
    setGiven(value);
    setText(stringify(value ?? null));
    setWrong(null);
  }
  return (
    <Textarea
      label={label}
      description={hint}
      classNames={{ input: css['yaml'] ?? '' }}
      minRows={rows}
      spellCheck={false}
      readOnly={readOnly}
      value={text}
      error={wrong === null ? null : `${t('schema.unreadable')} ${wrong}`}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        try {
          const read: unknown = parse(next);
          setWrong(null);
          setGiven(read);
          onChange(read);
        } catch (error) {
          setWrong(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
        }
      }}
    />
  );
}
