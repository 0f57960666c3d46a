import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { AssetDetail } from '@shell/api/schema';
import type { ReactNode } from 'react';
import { deviceKey } from './device-panel';
import { DeviceParts } from './device-parts';

/** What an asset that the server asks said last: toner, pages, interfaces. Nothing for what is not asked. */
export function AskedDevice({ asset }: { asset: AssetDetail }): ReactNode {
  const id = asset.sightings.find((one) => one.source === 'snmp')?.key ?? '';
  const query = useQuery({
    queryKey: deviceKey(id),
    enabled: id !== '',
    // A device that is not registered any more leaves its asset behind.
    retry: false,
    queryFn: () => answered(api.GET('/api/v1/assets/devices/{id}', { params: { path: { id } } })),
  });
  return query.data?.told ? <DeviceParts told={query.data.told} /> : null;
}
