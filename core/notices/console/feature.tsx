import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    { path: '/settings/notices', room: 'settings', title: 'notices:title', permission: 'notices.write', order: 60, load: () => import('./list') },
  ],
});
