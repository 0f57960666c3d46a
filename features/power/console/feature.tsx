import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [{ path: '/power', room: 'endpoints', title: 'power:title', permission: 'power.run', order: 35, load: () => import('./page') }],
  endpointTabs: [{ id: 'power', title: 'power:title', permission: 'power.run', order: 65, load: () => import('./endpoint-tab') }],
});
