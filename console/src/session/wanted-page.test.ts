import { describe, expect, it } from 'vitest';
import { wantedPage } from './wanted-page';

describe('the page that a sign-in link leads to', () => {
  it('is one of the person\'s own', () => {
    expect(wantedPage('?to=/me/surveys/0192f0c1-2345')).toBe('/me/surveys/0192f0c1-2345');
    expect(wantedPage('?to=/me')).toBe('/me');
  });
  it.each(['', '?to=', '?to=/settings', '?to=//evil.example', '?to=/me//evil.example', '?to=https://evil.example/me', '?to=/me/../settings', '?to=/mean'])(
    'is the first one where the address says %s',
    (search) => {
      expect(wantedPage(search)).toBe('/');
    },
  );
});
