import { useSyncExternalStore } from 'react';
import type { Target } from '../ui/link';

export interface Job {
  id: number;
  name: string;
  who: string;
  state: 'running' | 'done' | 'failed';
  done: number;
  total: number;
  /** What came of it, or why it failed. */
  result?: string;
  /** Where to look. */
  target?: Target;
  cancel?: () => void;
}

let jobs: Job[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: Job[]): void {
  jobs = next;
  for (const listener of listeners) listener();
}

/** Puts long work into the tray, so that nobody has to stay on the page that started it. */
export function startJob(job: Omit<Job, 'id' | 'state' | 'done'>): number {
  lastId += 1;
  publish([...jobs, { ...job, id: lastId, state: 'running', done: 0 }]);
  return lastId;
}

export function changeJob(id: number, change: Partial<Omit<Job, 'id'>>): void {
  publish(jobs.map((job) => (job.id === id ? { ...job, ...change } : job)));
}

export function dropJob(id: number): void {
  publish(jobs.filter((job) => job.id !== id));
}

export function useJobs(): Job[] {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => jobs,
  );
}
