import { useWords } from '@shell/i18n';
import { createContext, use, type ReactNode } from 'react';
import type { FaultCode } from './faults';

/** A fault as it is shown: with a code that the dictionary knows, or the server's own words. */
export interface ShownFault {
  pointer: string;
  code: FaultCode | undefined;
  message?: string;
}

const Context = createContext<readonly ShownFault[]>([]);

export function FaultsProvider({ faults, children }: { faults: readonly ShownFault[]; children: ReactNode }): ReactNode {
  return <Context value={faults}>{children}</Context>;
}

/** What is to be said at a field: faults at its pointer, or at a row of the list that it shows. */
export function useFault(): (pointer: string) => string | null {
  const t = useWords('rule-book');
  const faults = use(Context);
  return (pointer) => {
    const found = faults.find((one) => one.pointer === pointer || (one.pointer.startsWith(`${pointer}/`) && /^\d+$/.test(one.pointer.slice(pointer.length + 1))));
    if (!found) return null;
    return found.code ? t(`fault.${found.code}`) : (found.message ?? '');
  };
}
