import { PageHead } from '@shell/ui/page';
import type { ReactNode } from 'react';
import { EventList } from './event-list';

export default function EventSearch(): ReactNode {
  return (
    <>
      <PageHead room="records" title="events:title" />
      <EventList />
    </>
  );
}
