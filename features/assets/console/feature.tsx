import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [],
  endpointTabs: [
    { id: 'assets', title: 'assets:tab', permission: 'assets.read', order: 30, load: () => import('./assets-tab') },
    { id: 'software', title: 'assets:software', permission: 'assets.read', order: 40, load: () => import('./software-tab') },
  ],
  endpointOverview: [
    { id: 'machine', title: 'assets:machine', permission: 'assets.read', order: 10, side: 'side', load: () => import('./machine') },
  ],
});
