import { http } from 'msw';
import { handlers as feeds } from './mock-feeds';
import { handlers as lists } from './mock-lists';
import { beginExceptions, handlers as rules } from './mock-rules';

/** The office's hundred thousand machines: counted when first asked about, and each number that of its list. */
export const handlers = [
  http.get('/api/v1/vulnerabilities/*', () => {
    beginExceptions();
  }),
  ...lists,
  ...rules,
  ...feeds,
];
