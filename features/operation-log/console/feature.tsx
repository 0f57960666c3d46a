import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [{ path: '/days', room: 'records', title: 'operation-log:days', permission: 'events.read', order: 30, load: () => import('./days') }],
});
