// URLs that may be fetched, addresses, and the address of a client behind proxies.
import { changed, changedText } from '../mutate.mjs';
import { vector } from '../vectors.mjs';

const URLS = ['https://example.org/a?b=c#d', 'https://a.example/', 'https://b.example:8443/x', 'https://example.org:8443/', 'https://bücher.example/ä', 'https://xn--bcher-kva.example/', 'HTTPS://Example.ORG:443/../x', 'https://[::1]/', 'https://127.0.0.1/', 'https://0x7f.1/', 'https://user@example.org/', 'https://example.org./', 'https://1.2.3/', 'https://a.b-c.example/%2e%2e/', 'https://日本.example/', 'https://ß.example/', 'https://faß.de/', 'http://example.org/', ...vector('oauth/client_ids.json').ids.map((one) => one.id)];
const ADDRESSES = ['192.0.2.1', '8.8.8.8', '10.0.0.1', '127.0.0.1', '169.254.169.254', '100.64.0.1', '198.18.0.1', '203.0.113.9', '0.0.0.0', '255.255.255.255', '2606:4700::1111', '::1', '::', 'fe80::1', 'fc00::1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::a00:1', '2001:db8::1', '2002:a00:1::', '2001:0:1::1', 'ff02::1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:1.2.3.4'];

const v4 = (random) => Array.from({ length: 4 }, () => random.pick([0, 1, 10, 100, 127, 169, 172, 192, 198, 203, 224, 255, random.below(256)])).join('.');
const v6 = (random) => {
	const groups = Array.from({ length: 8 }, () => random.pick(['0', '0', 'ffff', '2001', 'db8', 'fe80', 'fc00', '64', 'ff9b', random.hex(4), random.hex(1)]));
	const from = random.below(8);
	return random.once(2) ? groups.join(':') : `${groups.slice(0, from).join(':')}::${groups.slice(from + random.between(1, 8 - from)).join(':')}`;
};
const address = (random) => random.pick([() => random.pick(ADDRESSES), () => v4(random), () => v6(random), () => changedText(random, random.pick(ADDRESSES)), () => `::ffff:${v4(random)}`])();
const network = (random) => random.pick([() => address(random), () => `${v4(random).replace(/\.\d+$/, '.0')}/24`, () => `${address(random)}/${random.between(-1, 129)}`, () => '10.0.0.0/8', () => '2001:db8::/32', () => changedText(random, '192.0.2.0/24')])();

function forwarded(random) {
	const hops = Array.from({ length: random.between(1, 4) }, () => {
		const one = address(random);
		return random.pick([`for=${one}`, `for="[${one}]:80"`, `for=_hidden;proto=https`, `For="${one}";by=10.0.0.1`, `for=unknown`, `proto=http;for=${one};host="a,b"`]);
	});
	const text = hops.join(random.pick([', ', ',', ' , ']));
	return random.once(3) ? changed(random, text) : text;
}

function xForwardedFor(random) {
	const text = Array.from({ length: random.between(1, 4) }, () => random.pick([address(random), `${address(random)}:80`, `[${address(random)}]`, 'unknown', ''])).join(random.pick([', ', ',', ' ']));
	return random.once(3) ? changed(random, text) : text;
}

export default {
	url(random) {
		const url = random.once(3) ? random.pick(URLS) : changed(random, random.pick(URLS), URLS);
		return [url, Array.from({ length: random.once(30) ? 17 : random.below(4) }, () => address(random)), address(random)];
	},

	address: (random) => [random.once(8) ? changed(random, random.pick(ADDRESSES)) : address(random)],

	proxies(random) {
		const networks = Array.from({ length: random.below(4) }, () => network(random));
		const headers = { [random.pick(['X-Forwarded-For', 'x-forwarded-for'])]: xForwardedFor(random), [random.pick(['Forwarded', 'FORWARDED'])]: forwarded(random) };
		return [networks, random.once(20) ? changedText(random, 'Forwarded') : random.pick(['X-Forwarded-For', 'Forwarded']), random.once(2) && networks.length ? networks[0].split('/')[0] : address(random), headers];
	},
};
