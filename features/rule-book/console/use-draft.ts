import { useState } from 'react';
import { changesOf, entriesOf, rebased, type Book, type Change, type Entry } from './book';
import type { Calendar, Rule } from './rule';

interface State {
  etag: string | null;
  /** The own rules on which the draft stands. */
  own: Rule[];
  base: Book;
  entries: Entry[];
  /** The calendar, where it was changed. */
  calendar: Calendar | null;
  clashes: string[];
}

export interface Draft {
  base: Book;
  entries: Entry[];
  calendar: Calendar | null;
  changes: Change[];
  dirty: boolean;
  /** Somebody else stored a version meanwhile. */
  overtaken: boolean;
  /** Rules that both have changed, after one's changes were laid over the newer version. */
  clashes: string[];
  put: (key: string, rule: Rule) => void;
  add: (rule: Rule) => string;
  remove: (key: string) => void;
  move: (key: string, by: -1 | 1) => void;
  /** Takes one rule back to what is stored. */
  restore: (change: Change) => void;
  setCalendar: (calendar: Calendar | null) => void;
  discard: () => void;
  rebase: () => void;
  /** What there is was stored: nothing of it is a change any more. */
  stored: () => void;
}

const startOf = (book: Book): State => ({ etag: book.base?.etag ?? null, own: book.own, base: book, entries: entriesOf(book.own), calendar: null, clashes: [] });

let serial = 0;

/** What somebody is changing in a group's rules, until it is saved. A newer version takes its place only where nothing is lost. */
export function useDraft(book: Book): Draft {
  const [state, setState] = useState(() => startOf(book));
  const changes = changesOf(state.own, state.entries);
  const dirty = changes.length > 0 || state.calendar !== null;
  const newer = (book.base?.etag ?? null) !== state.etag;
  if (newer && !dirty) setState(startOf(book));
  const entries = (next: (now: Entry[]) => Entry[]): void => {
    setState((now) => ({ ...now, entries: next(now.entries) }));
  };
  return {
    base: state.base,
    entries: state.entries,
    calendar: state.calendar,
    changes,
    dirty,
    overtaken: newer && dirty,
    clashes: state.clashes,
    put: (key, rule) => {
      entries((now) => now.map((one) => (one.key === key ? { key, rule } : one)));
    },
    add: (rule) => {
      serial += 1;
      const key = `new-${String(serial)}`;
      entries((now) => [...now, { key, rule }]);
      return key;
    },
    remove: (key) => {
      entries((now) => now.filter((one) => one.key !== key));
    },
    move: (key, by) => {
      entries((now) => {
        const at = now.findIndex((one) => one.key === key);
        const other = now[at + by];
        const one = now[at];
        if (!one || !other) return now;
        const moved = [...now];
        moved[at] = other;
        moved[at + by] = one;
        return moved;
      });
    },
    restore: ({ kind, key, before }) => {
      entries((now) => {
        if (kind === 'order') {
          const place = (one: Entry): number => state.own.findIndex((rule) => rule.id === one.key);
          const stored = now.filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b));
          return [...stored, ...now.filter((one) => place(one) < 0)];
        }
        if (!before) return now.filter((one) => one.key !== key);
        if (kind !== 'removed') return now.map((one) => (one.key === key ? { key, rule: before } : one));
        const at = state.own.findIndex((rule) => rule.id === key);
        return [...now.slice(0, at), { key, rule: before }, ...now.slice(at)];
      });
    },
    setCalendar: (calendar) => {
      setState((now) => ({ ...now, calendar }));
    },
    discard: () => {
      setState(startOf(book));
    },
    stored: () => {
      // The version itself comes with the next reading of the policies.
      setState((now) => {
        const own = now.entries.map((one) => one.rule);
        return { ...now, own, entries: entriesOf(own), calendar: null, clashes: [] };
      });
    },
    rebase: () => {
      setState((now) => ({ ...startOf(book), ...rebased(now.own, now.entries, book.own), calendar: now.calendar }));
    },
  };
}
