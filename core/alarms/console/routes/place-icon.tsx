import { Icon, type IconName } from '@shell/ui/icons';
import type { ReactNode } from 'react';
import type { Place } from './words';

const icons: Record<Place, IconName> = { mail: 'mail', teams: 'message', slack: 'message', json: 'braces', syslog: 'records' };

export function PlaceIcon({ place }: { place: Place }): ReactNode {
  return <Icon name={icons[place]} />;
}
