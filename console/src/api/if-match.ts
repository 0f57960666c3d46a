/** The version one has seen, for a change that must not undo somebody else's. The description does not list this header. */
export function ifMatch(etag: string): { headers: { 'If-Match': string } } {
  return { headers: { 'If-Match': etag } };
}
