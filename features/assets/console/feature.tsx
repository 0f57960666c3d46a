import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    { path: '/asset-dashboard', room: 'assets', title: 'assets:dashboard', permission: 'assets.read', order: 5, load: () => import('./dashboard') },
    { path: '/assets', room: 'assets', title: 'assets:ledger', permission: 'assets.read', order: 10, load: () => import('./ledger') },
    { path: '/assets/import', room: 'assets', title: 'assets:import', permission: 'assets.write', order: 25, load: () => import('./import') },
    { path: '/assets/devices', room: 'assets', title: 'assets:devices', permission: 'assets.read', order: 27, load: () => import('./devices') },
    { path: '/assets/intakes', room: 'assets', title: 'assets:intake', permission: 'enrolment.write', order: 80, load: () => import('./intake') },
    { path: '/assets/new', room: 'assets', title: 'assets:new', permission: 'assets.write', load: () => import('./new') },
    { path: '/assets/print', room: 'assets', title: 'assets:ledger', permission: 'assets.read', load: () => import('./print') },
    { path: '/assets/$id', room: 'assets', title: 'assets:asset', permission: 'assets.read', load: () => import('./asset') },
    { path: '/packages', room: 'assets', title: 'assets:packages', permission: 'assets.read', order: 20, load: () => import('./packages') },
    { path: '/asset-changes', room: 'assets', title: 'assets:changes', permission: 'assets.read', order: 30, load: () => import('./changes') },
    { path: '/stock-taking', room: 'assets', title: 'assets:stock', permission: 'assets.read', order: 40, load: () => import('./stock') },
    { path: '/stock-taking/$id', room: 'assets', title: 'assets:stock', permission: 'assets.read', load: () => import('./stock-round') },
    { path: '/a/$id', room: 'assets', title: 'assets:asset', permission: 'assets.read', load: () => import('./label-target') },
    { path: '/asset-watch', room: 'assets', title: 'assets:watch', permission: 'assets.read', order: 90, load: () => import('./watch') },
  ],
  endpointTabs: [
    { id: 'assets', title: 'assets:tab', permission: 'assets.read', order: 30, load: () => import('./assets-tab') },
    { id: 'software', title: 'assets:software', permission: 'assets.read', order: 40, load: () => import('./software-tab') },
  ],
  endpointOverview: [
    { id: 'machine', title: 'assets:machine', permission: 'assets.read', order: 10, side: 'side', load: () => import('./machine') },
  ],
});
