import { PasswordInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useWords } from '../i18n';

/** One's own password once more, for acts that give somebody power. `error` is what the server last answered. */
export function YourPassword({ value, onChange, error }: { value: string; onChange: (text: string) => void; error: Error | null }): ReactNode {
  const t = useWords('shell');
  const wrong = error instanceof ApiError && error.codesAt('/your_password').length > 0;
  return (
    <PasswordInput
      label={t('your_password.label')}
      description={t('your_password.hint')}
      autoComplete="current-password"
      visibilityToggleButtonProps={{ 'aria-label': t('sign_in.show_password') }}
      value={value}
      error={wrong ? t('your_password.wrong') : null}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}

/** Whether an answer is only about the password, which its field already says. */
export function isPasswordError(error: Error | null): boolean {
  return error instanceof ApiError && error.codesAt('/your_password').length > 0;
}
