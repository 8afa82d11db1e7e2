// Decisions, and the arguments of limits, budgets and settings.
import { changed, changedText, json, NUMBERS, PIECES } from '../mutate.mjs';
import { vector } from '../vectors.mjs';

const lines = [...vector('policy/decisions.json'), ...vector('policy/lines.json').cases.map((one) => one.line)];
const confidence = vector('policy/confidence.json').map((one) => one.json);
const KNOWN = ['read', 'create_edit', 'publish', 'trash_restore', 'image'];
const GROUPS = [...KNOWN, 'custom', 'Read', ''];
const SITE_SETTINGS = { ip_limit: { max: 60, window: 60 }, connection_limit: { max: 200, window: 60 }, registration_limit: { max: 10, window: 3600 }, allow_widening: false, max_body: 1048576, other: { a: 0.1 } };
const amount = (random) => random.pick([random.below(1000), 0, 1, -1, 256, 257, 10 ** 15, 10 ** 15 + 1, 2678400, 2678401, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53]);
const small = (random) => (random.once(10) ? amount(random) : random.pick([0, 1, random.below(1000), 10 ** 15, 5 * 10 ** 14]));

export default {
	policy(random) {
		return [
			random.pick(['low', 'medium', 'high', 'critical', changedText(random, 'low')]), !random.once(10) ? random.between(8200, 10000) : random.pick([8199, 10001, -1, 0, 2 ** 32 + 8200]),
			random.once(2) ? random.pick(confidence) : random.pick(NUMBERS), random.pick(['missing', 'other_target', 'stale', 'made', 'verified']), random.pick(['manual', 'assisted', 'autonomous', changedText(random, 'manual')]),
			random.pick(['propose', 'dispatch']), random.once(6), random.pick([null, 'rejected', 'missing', 'pending', 'expired', 'changed', 'granted']), random.once(3), random.once(2),
		];
	},

	policy_line: (random) => [random.once(6) ? random.pick(lines) : changedText(random, random.pick(lines), lines)],

	site_settings: (random) => [json(random, SITE_SETTINGS), json(random, SITE_SETTINGS), random.once(3)],

	groups: (random) => [random.pick(['standard', 'custom', 'custom', 'custom', changedText(random, 'standard')]), random.once(3) ? null : random.some(random.once(6) ? GROUPS : KNOWN, 3), random.some(random.once(6) ? GROUPS : KNOWN), random.some(KNOWN), random.once(2)],

	limits(random) {
		return [Array.from({ length: random.once(20) ? 17 : random.between(1, 3) }, () => ({ key: changed(random, random.pick(PIECES)), max: random.once(6) ? amount(random) : random.between(1, 3), window: random.once(6) ? amount(random) : 3600 })), random.between(1, 4)];
	},

	budgets(random) {
		const one = () => ({ key: changedText(random, 'connection:7'), every: random.once(20) ? 'year' : random.pick(['day', 'month']), of: random.pick(['calls', 'cost']), cap: small(random), ...(random.once(2) ? { period: random.pick([null, '2026-11-24', '2026-11', '9999-12-31', ...(random.once(6) ? ['2026-13', '0000-01-01', changedText(random, '2026-11')] : [])]), used: small(random), told: random.once(2) } : {}) });
		return [Array.from({ length: random.once(20) ? 17 : random.between(1, 2) }, one), small(random), random.once(12) ? random.pick([86400, -86400, 2 ** 32]) : random.pick([0, 3600, -43200, 50400]), small(random)];
	},
};
