import { defineFeature } from '@shell/feature';
import { useHealthItems } from './health-today';

export default defineFeature({
  pages: [
    { path: '/settings/organisation', room: 'settings', title: 'admins:settings.title', permission: 'settings.read', order: 10, load: () => import('./settings') },
    { path: '/settings/first-run', room: 'settings', title: 'admins:first_run.title', permission: 'settings.read', order: 20, load: () => import('./first-run') },
    { path: '/settings/admins', room: 'settings', title: 'admins:list.title', permission: 'admins.write', order: 40, load: () => import('./list') },
    { path: '/settings/tokens', room: 'settings', title: 'admins:tokens.title', permission: 'tokens.write', order: 50, load: () => import('./tokens') },
    { path: '/settings/audit', room: 'settings', title: 'admins:audit.title', permission: 'audit.read', order: 70, load: () => import('./audit') },
    { path: '/settings/health', room: 'settings', title: 'admins:health.title', permission: 'settings.read', order: 80, load: () => import('./health') },
  ],
  today: { permission: 'settings.read', order: 50, useItems: useHealthItems },
  todayAside: [{ id: 'first-run', permission: 'settings.read', order: 10, load: () => import('./first-run-aside') }],
});
