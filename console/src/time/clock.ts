import { useEffect, useState } from 'react';

let offsetMs = 0;

/** The console's one clock, in milliseconds. The mock sets it to the day its data is about. */
export function now(): number {
  return Date.now() + offsetMs;
}

/** Makes `now()` read `ms` at this moment and run on from there. */
export function setNow(ms: number): void {
  offsetMs = ms - Date.now();
}

/** The time, read again every `everyMs`, for words such as "two minutes ago". */
export function useNow(everyMs = 30_000): number {
  const [value, setValue] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => {
      setValue(now());
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs]);
  return value;
}
