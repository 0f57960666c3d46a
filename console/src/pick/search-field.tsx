import { TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Icon } from '../ui/icons';

/** A text condition kept in the address: written there when the typing pauses or Enter is pressed. */
export function SearchField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
}): ReactNode {
  const [text, setText] = useState(value);
  const [given, setGiven] = useState(value);
  const composing = useRef(false);
  if (given !== value) {
    setGiven(value);
    setText(value);
  }
  useEffect(() => {
    if (text.trim() === value || composing.current) return undefined;
    const timer = setTimeout(() => {
      onChange(text.trim());
    }, 300);
    return () => {
      clearTimeout(timer);
    };
  }, [text, value, onChange]);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<Icon name="find" />}
      value={text}
      onCompositionStart={() => {
        composing.current = true;
      }}
      onCompositionEnd={(event) => {
        // Kana on their way to kanji are not yet what is searched for.
        composing.current = false;
        setText(event.currentTarget.value);
      }}
      onChange={(event) => {
        setText(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) onChange(text.trim());
      }}
    />
  );
}
