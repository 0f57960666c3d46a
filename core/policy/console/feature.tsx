import { defineFeature } from '@shell/feature';
import { usePolicyItems } from './today';

export default defineFeature({
  pages: [
    { path: '/policies', room: 'rules', title: 'policy:title', permission: 'policies.read', order: 10, load: () => import('./list') },
    { path: '/grants', room: 'rules', title: 'policy:grants.title', permission: 'policies.read', order: 20, load: () => import('./grants') },
    { path: '/policies/$feature/$group', room: 'rules', title: 'policy:one.title', permission: 'policies.read', load: () => import('./one') },
  ],
  endpointTabs: [
    { id: 'policies', title: 'policy:in_force.title', permission: 'policies.read', order: 50, load: () => import('./in-force-tab') },
  ],
  endpointOverview: [
    { id: 'policies', title: 'policy:in_force.short', permission: 'policies.read', order: 40, side: 'main', load: () => import('./in-force-part') },
  ],
  today: { permission: 'policies.read', order: 30, useItems: usePolicyItems },
});
