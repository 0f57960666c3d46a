import type { ReactNode } from 'react';
import { useId } from 'react';
import css from './routes.module.css';

export interface Choice<T extends string> {
  value: T;
  label: string;
  hint?: string;
  icon?: ReactNode;
}

/** One of a few ways, all of them in view with what each means. */
export function Choices<T extends string>({
  label,
  choices,
  value,
  onChange,
}: {
  label: string;
  choices: Choice<T>[];
  value: T;
  onChange: (value: T) => void;
}): ReactNode {
  const name = useId();
  return (
    <fieldset className={css['choices']}>
      <legend className="sr">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={css['choice']}>
          <input
            type="radio"
            name={name}
            checked={choice.value === value}
            onChange={() => {
              onChange(choice.value);
            }}
          />
          {choice.icon}
          <span>
            {choice.label}
            {choice.hint && <span className={`${css['hint']} xs dim`}>{choice.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
