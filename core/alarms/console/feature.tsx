import { defineFeature } from '@shell/feature';
import { useAlarmItems } from './today';

export default defineFeature({
  pages: [
    { path: '/alarms', room: 'protection', title: 'alarms:title', permission: 'alarms.read', order: 10, load: () => import('./list') },
    { path: '/settings/alarm-routes', room: 'settings', title: 'alarms:routes.title', permission: 'settings.read', order: 62, load: () => import('./routes/page') },
  ],
  today: { permission: 'alarms.read', order: 5, useItems: useAlarmItems },
});
