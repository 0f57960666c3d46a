const key = 'yagura-log-search-history';
const most = 12;

/** The questions asked lately in this browser, the last one first. */
export function readHistory(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string').slice(0, most) : [];
  } catch {
    return [];
  }
}

export function remember(question: string): void {
  if (question.trim() === '') return;
  try {
    localStorage.setItem(key, JSON.stringify([question, ...readHistory().filter((one) => one !== question)].slice(0, most)));
  } catch {
    // Without storage there is no history.
  }
}
