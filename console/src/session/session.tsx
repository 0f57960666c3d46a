import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, type ReactNode } from 'react';
import { ApiError, answered, api, whenSignedOut } from '../api/client';
import type { Permission, SessionView } from '../api/schema';
import { useLanguage } from '../i18n';
import type { Place } from '../time';

export const sessionKey = ['session'] as const;

/** Nothing that one person saw is left for the next: only who is signed in now. */
export function forgetAllBut(client: QueryClient, session: SessionView | null): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] });
  client.setQueryData(sessionKey, session);
}

/** Who is signed in: null for nobody, undefined while asking. */
export function useSessionQuery(): { session: SessionView | null | undefined; error: Error | null; retry: () => void } {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: sessionKey,
    staleTime: 60_000,
    queryFn: async () => {
      try {
        return await answered(api.GET('/api/v1/session'));
      } catch (reason) {
        if (reason instanceof ApiError && reason.problem.status === 401) return null;
        throw reason;
      }
    },
  });
  useEffect(() => {
    whenSignedOut(() => client.setQueryData(sessionKey, null));
  }, [client]);
  return { session: query.data, error: query.error, retry: () => void query.refetch() };
}

const Context = createContext<SessionView | null>(null);

export function SessionProvider({ session, children }: { session: SessionView; children: ReactNode }): ReactNode {
  return <Context value={session}>{children}</Context>;
}

/** The session, in pages: they are drawn only for somebody who is signed in. */
export function useSession(): SessionView {
  const session = use(Context);
  if (!session) throw new Error('useSession outside of a signed-in page');
  return session;
}

export function useCan(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

/** The organisation's zone and the reader's language, for writing times. */
export function usePlace(): Place {
  const session = use(Context);
  return { zone: session?.organisation.time_zone ?? 'Asia/Tokyo', language: useLanguage() };
}
