/** Files found as `.../<folder>/console/<name>`, keyed by the folder: the name of the feature. */
export function byFolder<T>(found: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(found).map(([path, content]) => [path.split('/').at(-3) ?? path, content]),
  );
}
