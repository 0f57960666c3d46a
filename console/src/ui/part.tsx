import { Component, Suspense, lazy, type ComponentType, type ReactNode } from 'react';
import type { Loader } from '../feature';
import { Failed, Skeleton } from './states';

const known = new Map<unknown, ComponentType<never>>();

function lazily<P>(load: Loader<P>): ComponentType<P> {
  let found = known.get(load) as ComponentType<P> | undefined;
  if (!found) {
    found = lazy(load) as unknown as ComponentType<P>;
    known.set(load, found as ComponentType<never>);
  }
  return found;
}

/** Keeps a part that fails from taking the rest of the page with it. */
class Guard extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error ? <Failed error={this.state.error} /> : this.props.children;
  }
}

/** A piece that another feature brings to this page, fetched when it is first drawn. */
export function Part<P extends object>({ load, props, lines }: { load: Loader<P>; props: P; lines: number }): ReactNode {
  const Inner = lazily(load);
  return (
    <Guard>
      <Suspense fallback={<Skeleton lines={lines} />}>
        <Inner {...props} />
      </Suspense>
    </Guard>
  );
}
