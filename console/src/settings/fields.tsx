import { Checkbox, NumberInput } from '@mantine/core';
import { useWords } from '@shell/i18n';
import type { ReactNode } from 'react';
import type { Edit } from './form';
import { at, isWithin, put, type Place } from './place';

/**
 * A number with its unit. With `times` it is shown so many times as large as it is stored: 100 for a share that is written in per cent, a
 * millionth for bytes in megabytes. What is stored in the smaller unit is written in whole ones of the larger.
 */
export function Amount<T>({ edit, place, label, hint, unit, times = 1 }: { edit: Edit<T>; place: Place<T, number>; label: ReactNode; hint?: ReactNode; unit: string; times?: number }): ReactNode {
  const t = useWords('shell');
  const bounds = edit.bounds[place];
  const stored = at(edit.value, place);
  // Of a share a tenth of a per cent is enough; what is stored is not to be shown with what its halves cost.
  const shown = typeof stored === 'number' && !Number.isNaN(stored) ? Math.round(stored * times * 10) / 10 : '';
  const [least, most] = bounds?.map((end) => end * times) ?? [];
  const fault = bounds && !isWithin(stored, bounds) ? t('settings.range', { least: String(least), most: (most ?? 0).toLocaleString('en-US') }) : edit.refused[place];
  return (
    <NumberInput
      label={label}
      description={hint}
      suffix={unit}
      {...(least === undefined ? {} : { min: least })}
      {...(most === undefined ? {} : { max: most })}
      allowDecimal={times > 1}
      decimalScale={times > 1 ? 1 : 0}
      thousandSeparator=","
      clampBehavior="none"
      disabled={edit.readOnly}
      error={fault}
      value={shown}
      onChange={(next) => {
        edit.set(put(edit.value, place, next === '' ? NaN : Number(next) / times));
      }}
    />
  );
}

/** Yes or no. */
export function Switch<T>({ edit, place, label, hint }: { edit: Edit<T>; place: Place<T, boolean>; label: ReactNode; hint?: ReactNode }): ReactNode {
  return (
    <Checkbox
      label={label}
      description={hint}
      checked={at(edit.value, place) === true}
      disabled={edit.readOnly}
      error={edit.refused[place]}
      onChange={(event) => {
        edit.set(put(edit.value, place, event.currentTarget.checked));
      }}
    />
  );
}
