import { defineFeature } from '@shell/feature';

const permission = 'distribution.read';

export default defineFeature({
  pages: [
    { path: '/distribution', room: 'weaknesses', title: 'distribution:title', permission, order: 70, load: () => import('./rollouts') },
    { path: '/distribution/shelf', room: 'weaknesses', title: 'distribution:shelf', permission, order: 75, load: () => import('./shelf') },
    { path: '/distribution/new', room: 'weaknesses', title: 'distribution:new', permission: 'distribution.write', load: () => import('./new') },
    { path: '/distribution/$id', room: 'weaknesses', title: 'distribution:rollout', permission, load: () => import('./rollout') },
  ],
  endpointTabs: [{ id: 'distribution', title: 'distribution:title', permission, order: 66, load: () => import('./endpoint-tab') }],
});
