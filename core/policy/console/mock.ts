import { handlers as grants } from './mock-grants';
import { handlers as policies } from './mock-policies';

export const handlers = [...policies, ...grants];
