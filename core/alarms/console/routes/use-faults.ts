import { useLooseWords, useWords } from '@shell/i18n';
import type { Draft } from './draft';
import type { Fault, Field } from './faults';
import { unknownPlaceholder } from './mail';

/** What is said beside a field that the server refused; its own words where there are no better ones. */
export function useFaultWords(): (field: Field, fault: Fault, draft: Draft) => string {
  const t = useWords('alarms');
  const loose = useLooseWords('alarms');
  return (field, { code, message, at }, draft) => {
    if (field === 'addresses' && at !== undefined) return t('routes.fault.address', { address: draft.addresses[at] ?? '' });
    if (code === 'unknown_placeholder' && (field === 'subject' || field === 'line')) {
      return t('routes.fault.placeholder', { word: unknownPlaceholder(draft[field]) ?? '' });
    }
    return loose(`routes.fault.${field}.${code}`, message);
  };
}
