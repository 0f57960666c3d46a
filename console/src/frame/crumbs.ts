import { useSyncExternalStore } from 'react';

export interface Crumb {
  label: string;
  to?: string;
  search?: Record<string, string>;
}

let crumbs: Crumb[] = [];
const listeners = new Set<() => void>();

/** The page says where it is; the frame shows it. */
export function setCrumbs(next: Crumb[]): void {
  crumbs = next;
  for (const listener of listeners) listener();
}

export function useShownCrumbs(): Crumb[] {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => crumbs,
  );
}
