import { defineFeature } from '@shell/feature';
import { useAlarmItems } from './today';

export default defineFeature({
  pages: [{ path: '/alarms', room: 'protection', title: 'alarms:title', permission: 'alarms.read', order: 10, load: () => import('./list') }],
  today: { permission: 'alarms.read', order: 5, useItems: useAlarmItems },
});
