import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import licencesEn from './licences.en.json';
import licencesJa from './licences.ja.json';
import softwareEn from './software.en.json';
import softwareJa from './software.ja.json';

const software = ownWords({ ja: softwareJa, en: softwareEn });
const licences = ownWords({ ja: licencesJa, en: licencesEn });

export type SoftwareSay = OwnSay<typeof softwareJa>;

export function useSoftwareWords(): SoftwareSay {
  return software(useLanguage());
}

export function useLicenceWords(): OwnSay<typeof licencesJa> {
  return licences(useLanguage());
}

export const classes = Object.keys(softwareJa.classes) as (keyof typeof softwareJa.classes)[];
export const deciders = Object.keys(softwareJa.by) as (keyof typeof softwareJa.by)[];
export const licenceStates = Object.keys(softwareJa.licence_states) as (keyof typeof softwareJa.licence_states)[];
export const uses = Object.keys(softwareJa.machines.used_as) as (keyof typeof softwareJa.machines.used_as)[];
export const faults = Object.keys(softwareJa.dictionary.code) as (keyof typeof softwareJa.dictionary.code)[];
export const states = Object.keys(licencesJa.states) as (keyof typeof licencesJa.states)[];
export const ways = Object.keys(licencesJa.counted) as (keyof typeof licencesJa.counted)[];

/** A word of a closed set; one that this console does not know yet stands for itself. */
export function wordOf<T extends string>(set: readonly T[], word: string, say: (known: T) => string): string {
  const known = set.find((one) => one === word);
  return known === undefined ? word : say(known);
}
