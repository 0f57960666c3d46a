import {
  Navigate,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type AnyRoute,
} from '@tanstack/react-router';
import { Suspense, lazy, useState, type ComponentType, type ReactNode } from 'react';
import { readSearch, writeSearch } from './address/query-string';
import type { PageDef } from './feature';
import { pages } from './features';
import { Frame } from './frame/frame';
import { useWords } from './i18n';
import { SessionProvider, useSession, useSessionQuery } from './session/session';
import { wantedPage } from './session/wanted-page';
import { LinkButton } from './ui/button';
import { Empty, Failed, NoPermission } from './ui/states';

// The door is seldom opened: who is signed in does not fetch it.
const SignIn = lazy(async () => ({ default: (await import('./session/sign-in')).SignIn }));
const SignInByLink = lazy(async () => ({ default: (await import('./session/sign-in')).SignInByLink }));
const ForcedPassword = lazy(async () => ({ default: (await import('./session/new-password')).ForcedPassword }));

function Root(): ReactNode {
  return (
    <Suspense>
      <Entrance />
    </Suspense>
  );
}

/** Who is not signed in sees the door, at any address, and is on the page they wanted right after. */
function Entrance(): ReactNode {
  const { session, error, retry } = useSessionQuery();
  const [token, setToken] = useState(() =>
    location.pathname === '/sign-in' && location.hash.length > 1 ? location.hash.slice(1) : null,
  );
  if (token !== null && !session) {
    return (
      <SignInByLink
        token={token}
        onRefused={() => {
          setToken(null);
        }}
      />
    );
  }
  if (session === undefined) return error ? <Failed error={error} retry={retry} /> : null;
  if (session === null) return <SignIn />;
  if (session.admin.must_change_password) {
    return (
      <SessionProvider session={session}>
        <ForcedPassword />
      </SessionProvider>
    );
  }
  return (
    <SessionProvider session={session}>
      <Frame />
    </SessionProvider>
  );
}

function Lost(): ReactNode {
  const t = useWords('shell');
  return <Empty act={<LinkButton to="/">{t('lost.act')}</LinkButton>}>{t('lost.title')}</Empty>;
}

function Broken({ error, reset }: { error: unknown; reset: () => void }): ReactNode {
  return <Failed error={error instanceof Error ? error : new Error(String(error))} retry={reset} />;
}

/** Asks for the page's permission before its code is fetched. */
function guarded(page: PageDef, Inner: () => ReactNode): () => ReactNode {
  return function Guarded() {
    const { permissions } = useSession();
    if (page.permission !== null && !permissions.includes(page.permission)) return <NoPermission />;
    return <Inner />;
  };
}

const root = createRootRoute({ component: Root, notFoundComponent: Lost, errorComponent: Broken });

function route(path: string, load: () => Promise<{ default: ComponentType }>, page?: PageDef): AnyRoute {
  const Inner = lazyRouteComponent(load) as unknown as () => ReactNode;
  return createRoute({
    getParentRoute: () => root,
    path,
    component: page ? guarded(page, Inner) : Inner,
    errorComponent: Broken,
  });
}

const tree = root.addChildren([
  route('/', () => import('./pages/today')),
  route('/account', () => import('./pages/account')),
  createRoute({ getParentRoute: () => root, path: '/sign-in', component: () => <Navigate to={wantedPage(location.search)} replace /> }),
  ...pages.map((page) => route(page.path, page.load, page)),
]);

export const router = createRouter({
  routeTree: tree,
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  scrollRestoration: true,
  defaultPreload: 'intent',
});
