import { handlers as session } from './mock-session';

export const handlers = [...session];
