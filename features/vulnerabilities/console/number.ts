/** A count with its thousands parted, as everywhere in the console. */
export const number = (value: number): string => value.toLocaleString('en-US');

/** A probability as a percentage: one digit after the point below ten. */
export const percent = (share: number): string => (share < 0.1 ? (share * 100).toFixed(1) : String(Math.round(share * 100)));
