import { useRouter } from '@tanstack/react-router';
import type { CSSProperties, MouseEventHandler, ReactNode } from 'react';

export interface Target {
  to: string;
  search?: Record<string, string | undefined>;
}

interface Props extends Target {
  className?: string | undefined;
  title?: string | undefined;
  style?: CSSProperties;
  'aria-label'?: string | undefined;
  'data-row-name'?: string;
  'aria-current'?: 'page' | 'true' | undefined;
  /** -1 for a second way to what the keyboard reaches elsewhere on the page. */
  tabIndex?: -1;
  onClick?: MouseEventHandler<HTMLAnchorElement>;
  children: ReactNode;
}

/**
 * A link inside the console. `t` is the underlined indigo of links in running text. It says itself where one is
 * (`aria-current`), because only the place that draws it knows what "here" means.
 */
export function Go({ to, search, children, onClick, ...rest }: Props): ReactNode {
  const router = useRouter();
  const target = { to, search: (search ?? {}) as never };
  return (
    <a
      {...rest}
      href={router.buildLocation(target).href}
      onMouseEnter={() => void router.preloadRoute(target)}
      onFocus={() => void router.preloadRoute(target)}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        void router.navigate(target);
      }}
    >
      {children}
    </a>
  );
}
