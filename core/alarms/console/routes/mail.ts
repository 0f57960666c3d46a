/** What a mail about alarms says, as the server writes it (`src/routes/words.rs`): for showing it before it is sent. */

export const placeholders = ['TITLE', 'HOST', 'USER', 'RULE', 'CLASS', 'FILE', 'TIME', 'SEVERITY', 'COUNT'] as const;
export type Placeholder = (typeof placeholders)[number];

/** The values of one alarm, without how many go together. */
export type Values = Record<Exclude<Placeholder, 'COUNT'>, string>;

interface Words {
  subject: string | null | undefined;
  line: string | null | undefined;
  open_for_min: number | null | undefined;
}

/** A word between percent signs that stands for nothing: it would be sent as it stands. */
export function unknownPlaceholder(text: string): string | undefined {
  const known = placeholders.map((name) => `%${name}%`);
  return [...text.matchAll(/%[A-Z_]+%/g)].map(([word]) => word).find((word) => !known.includes(word));
}

function fill(template: string, values: Values, count: number): string {
  const all: Record<string, string> = { ...values, COUNT: String(count) };
  // In one pass, so that a file's name with a placeholder in it stays what it is.
  return template.replace(new RegExp(`%(${placeholders.join('|')})%`, 'g'), (_, name: string) => all[name] ?? '');
}

function usual(values: Values): string {
  return `${values.HOST}  ${values.TIME}\n  ${values.TITLE}\n  ${values.USER}\n  ${values.FILE}`;
}

/** Subject and text of a mail about `count` alarms, of which this is each. */
export function mailOf(words: Words, values: Values, count: number, url: string): { subject: string; text: string } {
  const subject = words.subject
    ? fill(words.subject, values, count)
    : count === 1
      ? `Yagura: ${values.TITLE} (${values.HOST})`
      : `Yagura: 新しい警告 ${String(count)}件`;
  const late = words.open_for_min;
  const parts = [
    ...(typeof late === 'number' ? [`${String(late)}分たってもだれも対応していません / nobody has looked for ${String(late)} minutes`] : []),
    ...Array.from({ length: count }, () => (words.line ? fill(words.line, values, count) : usual(values))),
    `${url}/alarms?state=open`,
  ];
  return { subject, text: parts.join('\n\n') };
}
