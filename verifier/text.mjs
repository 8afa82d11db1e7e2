// Numbers, sizes, times and untrusted texts as people read them.

const number = new Intl.NumberFormat('en');

/** Returns a number with separators, such as `1,000,000`. */
export const count = (value) => number.format(value);

/** Returns `1 entry` or `2 entries`. */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** Returns a number of bytes in its largest unit. */
export function size(bytes) {
	const units = ['bytes', 'KB', 'MB', 'GB'];
	let unit = 0;
	let value = bytes;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return unit === 0 ? counted(bytes, 'byte') : `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Returns a time in milliseconds since 1970 as `2027-01-15 08:00:00 UTC`. A time that no calendar has stays a number. */
export function moment(millis) {
	const date = new Date(millis);
	return Number.isNaN(date.getTime()) ? `${millis} milliseconds since 1970` : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

// What could make one text look like another: control characters, direction marks, characters without width.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Returns untrusted text with every invisible character written as its number, cut to `most` characters. */
export function printable(text, most = 2000) {
	const shown = String(text).replace(HIDDEN, (found) => `\\u{${found.codePointAt(0).toString(16)}}`);
	const letters = [...shown];
	return letters.length > most ? `${letters.slice(0, most).join('')}… (${count(letters.length - most)} more characters)` : shown;
}
