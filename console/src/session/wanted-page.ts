/** The page that a sign-in link leads to: one of the person's own, or the first one. Anything else in the address is nobody's wish. */
export function wantedPage(search: string): string {
  const to = new URLSearchParams(search).get('to') ?? '';
  return /^\/me(\/[A-Za-z0-9-]+)*$/.test(to) ? to : '/';
}
