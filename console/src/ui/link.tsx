import { Link } from '@tanstack/react-router';
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
  onClick?: MouseEventHandler<HTMLAnchorElement>;
  children: ReactNode;
}

/** A link inside the console. `t` is the underlined indigo of links in running text. */
export function Go({ to, search, children, ...rest }: Props): ReactNode {
  return (
    <Link to={to} search={(search ?? {}) as never} activeProps={{}} inactiveProps={{}} {...rest}>
      {children}
    </Link>
  );
}
