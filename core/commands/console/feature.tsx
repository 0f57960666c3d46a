import { defineFeature } from '@shell/feature';
import { useCommandItems } from './today';

export default defineFeature({
  pages: [
    { path: '/commands', room: 'endpoints', title: 'commands:title', permission: 'commands.read', order: 30, load: () => import('./list') },
  ],
  endpointTabs: [
    { id: 'commands', title: 'commands:tab', permission: 'commands.read', order: 60, load: () => import('./endpoint-tab') },
  ],
  today: { permission: 'commands.read', order: 40, useItems: useCommandItems },
});
