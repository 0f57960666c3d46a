import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Evidence, EvidenceDestination } from '@shell/api/schema';
import { useWords } from '@shell/i18n';

export const evidenceKey = ['evidence'] as const;

export function useEvidence(): UseQueryResult<Evidence> {
  return useQuery({
    queryKey: evidenceKey,
    queryFn: () => answered(api.GET('/api/v1/events/evidence')),
    refetchInterval: ({ state }) => (state.data?.heads[0]?.deliveries.some((one) => one.state === 'queued') ? 3000 : 60_000),
  });
}

/** What people call a place. */
export function usePlaceWords(): (place: EvidenceDestination) => string {
  const t = useWords('events');
  return (place) => {
    switch (place.kind) {
      case 'mail':
        return t('proof.at.mail', { to: place.to });
      case 'syslog':
        return t('proof.at.syslog', { host: place.host, port: place.port, transport: place.transport.toUpperCase() });
      case 'folder':
        return t('proof.at.folder', { path: place.path });
      case 's3':
        return t('proof.at.s3', { at: [place.bucket, place.prefix].filter(Boolean).join('/'), service: place.endpoint?.replace('https://', '') ?? 'Amazon S3' });
    }
  };
}
