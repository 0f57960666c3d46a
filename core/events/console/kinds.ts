/** The families of events, in the order they are offered. A family is asked for as `file.*`. */
export const families = [
  'file',
  'folder',
  'process',
  'window',
  'session',
  'power',
  'web',
  'print',
  'device',
  'net',
  'software',
  'asset',
  'malware',
  'agent',
] as const;

/** The file's name first, its folder after it; anything that is not a path stays whole. */
export function splitPath(text: string): { name: string; folder: string } {
  const at = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\'));
  if (at <= 0 || at === text.length - 1 || /^https?:/.test(text)) return { name: text, folder: '' };
  return { name: text.slice(at + 1), folder: text.slice(0, at) };
}

/** Splits a text at each place where `wanted` stands, ignoring case and width, for marking the match. */
export function splitMatches(text: string, wanted: string): { text: string; hit: boolean }[] {
  const needle = wanted.normalize('NFKC').toLowerCase();
  if (needle === '') return [{ text, hit: false }];
  // The search is over a folded copy; where folding changes the length, nothing is marked rather than the wrong place.
  const hay = text.normalize('NFKC').toLowerCase();
  if (hay.length !== text.length) return [{ text, hit: false }];
  const parts: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), hit: false });
    parts.push({ text: text.slice(at, at + needle.length), hit: true });
    from = at + needle.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), hit: false });
  return parts;
}
