import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './icons';
import { Go, type Target } from './link';
import css from './button.module.css';

interface Look {
  /** The one main act of a page is filled; everything else is outlined. */
  main?: boolean;
  small?: boolean;
  icon?: IconName;
}

function classes({ main, small }: Look): string {
  return [css['button'], main ? css['main'] : '', small ? css['small'] : ''].join(' ');
}

type ButtonProps = Look & ButtonHTMLAttributes<HTMLButtonElement> & { busy?: boolean };

export function Button({ main = false, small = false, icon, busy = false, children, ...rest }: ButtonProps): ReactNode {
  return (
    <button type="button" {...rest} className={classes({ main, small })} aria-busy={busy} disabled={busy || rest.disabled}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function LinkButton({
  main = false,
  small = false,
  icon,
  children,
  ...target
}: Look & Target & { children: ReactNode }): ReactNode {
  return (
    <Go {...target} className={classes({ main, small })}>
      {icon && <Icon name={icon} />}
      {children}
    </Go>
  );
}

/** A picture that acts; its name is read aloud and shown on hover. */
export function IconButton({
  name,
  label,
  ...rest
}: { name: IconName; label: string } & ButtonHTMLAttributes<HTMLButtonElement>): ReactNode {
  return (
    <button type="button" {...rest} className={css['icon']} aria-label={label} title={label}>
      <Icon name={name} />
    </button>
  );
}
