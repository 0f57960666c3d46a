import type { ReactNode } from 'react';
import { Copyable } from './copyable';
import { Fields } from './filters';
import { Remark } from './words';

/** A secret that can be seen this one time: what to do with it, and each text to be carried elsewhere. */
export function ShownOnce({ title, hint, texts }: { title: string; hint: string; texts: { label: string; text: string }[] }): ReactNode {
  return (
    <Fields>
      <Remark title={title}>{hint}</Remark>
      {texts.map(({ label, text }) => (
        <div key={label}>
          {texts.length > 1 && <h3>{label}</h3>}
          <Copyable text={text} label={label} />
        </div>
      ))}
    </Fields>
  );
}
