import { expect, it } from 'vitest';
import { formWords } from './form-words';
import en from './form.en.json';
import ja from './form.ja.json';
import pageEn from './page.en.json';
import pageJa from './page.ja.json';

function marks(words: object, path = ''): string[] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [`${path}${key} ${[...value.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort().join()}`]
      : marks(value as object, `${path}${key}.`),
  );
}

it('form and pages have the same words, with the same names in them, in both languages', () => {
  expect(marks(en)).toEqual(marks(ja));
  expect(marks(pageEn)).toEqual(marks(pageJa));
});

it('names are put into the words', () => {
  expect(formWords('ja')('number', { least: 1, most: 10 })).toBe('1から10まで');
  expect(formWords('en')('fault.required')).toBe('Answer this question');
});
