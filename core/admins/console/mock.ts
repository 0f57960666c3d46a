import { handlers as admins } from './mock-admins';
import { handlers as audit } from './mock-audit';
import { handlers as session } from './mock-session';
import { handlers as settings } from './mock-settings';

export const handlers = [...session, ...admins, ...audit, ...settings];
