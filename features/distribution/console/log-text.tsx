import css from './distribution.module.css';

/** Lines of a program, as it wrote them; long ones are scrolled, by the keyboard too. */
export function LogText({ label, text }: { label: string; text: string }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" className={css['log']} aria-label={label} tabIndex={0}>
      <pre>{text}</pre>
    </div>
  );
}
