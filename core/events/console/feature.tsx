import { defineFeature } from '@shell/feature';
import { useEventItems } from './today';

export default defineFeature({
  // The page of the log itself is the log search's.
  pages: [
    { path: '/settings/retention', room: 'settings', title: 'events:keep.title', permission: 'settings.read', order: 64, load: () => import('./retention') },
    { path: '/settings/evidence', room: 'settings', title: 'events:proof.title', permission: 'settings.read', order: 65, load: () => import('./evidence') },
    { path: '/settings/holds', room: 'settings', title: 'events:holds.page', permission: 'audit.read', order: 66, load: () => import('./holds') },
  ],
  endpointTabs: [
    { id: 'events', title: 'events:tab', permission: 'events.read', order: 20, load: () => import('./endpoint-tab') },
  ],
  endpointOverview: [
    { id: 'day', title: 'events:day.title', permission: 'events.read', order: 10, side: 'main', load: () => import('./day-flow') },
    { id: 'recent', title: 'events:recent.title', permission: 'events.read', order: 20, side: 'main', load: () => import('./recent') },
  ],
  todayAside: [{ id: 'raised', permission: 'events.read', order: 30, load: () => import('./today-aside') }],
  today: { permission: 'events.read', order: 20, useItems: useEventItems },
});
