/** A word of the address, if it is one of those that are meant; anything else is as if it were not there. */
export function oneOf<T extends string>(words: readonly T[], word: string | undefined): T | undefined {
  return words.find((one) => one === word);
}
