/** The state of a page as it stands in its address. */
export type Search = Record<string, string>;

/** Reads `?a=b&c=d`; a name given twice keeps its last value, an empty value is dropped. */
export function readSearch(text: string): Search {
  const found: Search = {};
  for (const [name, value] of new URLSearchParams(text)) if (value !== '') found[name] = value;
  return found;
}

/** Writes names in the order given, without those that say nothing, so that equal states have equal addresses. */
export function writeSearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '') continue;
    parameters.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const text = parameters.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/');
  return text === '' ? '' : `?${text}`;
}

/** A comma list as it is kept in the address. */
export function readList(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(',').filter((part) => part !== '');
}

export function writeList(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(',');
}
