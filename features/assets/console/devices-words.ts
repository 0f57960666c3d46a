import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './devices.en.json';
import ja from './devices.ja.json';

const words = ownWords({ ja, en });

export type DeviceSay = OwnSay<typeof ja>;

export function useDeviceWords(): DeviceSay {
  return words(useLanguage());
}

export const states = Object.keys(ja.states) as (keyof typeof ja.states)[];
export const reasons = Object.keys(ja.why) as (keyof typeof ja.why)[];
export const statuses = Object.keys(ja.statuses) as (keyof typeof ja.statuses)[];
export const errors = Object.keys(ja.error) as (keyof typeof ja.error)[];
export const jobStates = Object.keys(ja.job) as (keyof typeof ja.job)[];
export const versions = Object.keys(ja.versions) as (keyof typeof ja.versions)[];
export const auths = Object.keys(ja.auths) as (keyof typeof ja.auths)[];
export const privacies = Object.keys(ja.privacies) as (keyof typeof ja.privacies)[];

/** How often, in the largest unit that says it without a remainder. */
export function every(seconds: number, t: DeviceSay): string {
  if (seconds % 3600 === 0) return t('hours', { count: seconds / 3600 });
  if (seconds % 60 === 0) return t('minutes', { count: seconds / 60 });
  return t('seconds', { count: seconds });
}
