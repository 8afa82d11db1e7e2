// The output of the demo: numbered steps, who does what, and why it matters.
const colour = (process.stdout.isTTY || process.env.FORCE_COLOR) && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const [bold, dim, red, green, cyan, yellow] = ['1', '2', '31', '32', '36', '33'].map(paint);

let number = 0;

/** Runs one step. An error ends the demo. */
export async function step(title, act) {
	console.log(`\n${bold(`${String(++number).padStart(2)}. ${title}`)}`);
	try {
		await act();
	} catch (error) {
		console.error(`\n${red(`Step ${number} failed:`)}\n${error.stack}`);
		process.exit(1);
	}
}

export const agent = (text) => line(cyan('agent'), text);
export const site = (text) => line(green(' site'), text);
export const note = (text) => line(yellow('admin'), text);
export const why = (text) => console.log(dim(wrap(text, '    ')));

export function end() {
	console.log(`\n${green(`All ${number} steps succeeded.`)}`);
}

function line(who, text) {
	console.log(`    ${who}  ${wrap(text, '           ').trimStart()}`);
}

// Wraps text to the width of the terminal, but never splits an address.
function wrap(text, indent) {
	const width = Math.min(process.stdout.columns || 110, 120) - indent.length;
	const lines = [''];
	for (const word of text.split(' ')) {
		if (lines.at(-1) && lines.at(-1).length + word.length >= width) lines.push('');
		lines[lines.length - 1] += (lines.at(-1) ? ' ' : '') + word;
	}
	return lines.map((l) => indent + l).join('\n');
}
