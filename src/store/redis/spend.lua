-- Counts a call under its budgets, or corrects its cost, by the algorithm of limit/budget. It must run inside the
-- server, so it is implemented a second time here; the tests compare both.
--
-- ARGV: the most bytes of all counts, how many records to examine for pruning, how many when there is no room, offset
-- of the zone in seconds, `spend` or `correct`, estimated cost, real cost, the largest amount, and for each budget
-- its key, `day` or `month`, `calls` or `cost`, its cap, and the tally that the caller knows: period (empty for
-- none), count, whether a refusal was announced (0 or 1).
-- Answer: OK, the moment in milliseconds, and for each budget its period, its count, and 0 or 1 for: a refusal was
-- announced, this call is refused, this refusal is to be announced.
--
-- A record: period, count, whether a refusal was announced; decimal numbers, separated by colons.
if not opened() then
	return {CHANGED}
end
local room, batch, large = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local offset, counting = tonumber(ARGV[6]), ARGV[7] == 'spend'
local estimated, cost, most = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local now = clock()
local floor = math.floor
local DAY = 86400000

-- Days or months since 1970 in local time, as in calendar.rs. Years begin in March, so that a leap day is their last.
local function before(year)
	return 365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400)
end
local function today(every)
	local day = floor(math.max(0, now + offset * 1000) / DAY)
	if every == 'day' then
		return day
	end
	local days = day + 719468
	local year = floor(400 * days / 146097) + 1
	while before(year) > days do
		year = year - 1
	end
	local month = floor((5 * (days - before(year)) + 2) / 153)
	return (year - 1970) * 12 + month + 2
end

-- Returns a tally in the current period; nil if its own period is over. A period more than one ahead comes from a clock
-- that was wrong; its count is moved to the current period.
local function brought(tally, present)
	if not tally or tally.period < present then
		return nil
	end
	if tally.period - present > 1 then
		tally.period, tally.moved = present, true
	end
	return tally
end
-- Returns the tally of the later period; for the same period, the larger of both counts.
local function larger(a, b)
	if not a or not b then
		return a or b
	end
	if a.period ~= b.period then
		return a.period > b.period and a or b
	end
	return {period = a.period, used = math.max(a.used, b.used), told = a.told or b.told}
end

local accounts = {}
for at = 11, #ARGV, 7 do
	local account = {key = ARGV[at], calls = ARGV[at + 2] == 'calls', every = ARGV[at + 1], cap = tonumber(ARGV[at + 3])}
	local present = today(account.every)
	local record = call('HGET', BUDGETS, account.key)
	local stored, known
	if record then
		local period, used, told = string.match(record, '^(%d+):(%d+):([01])$')
		if not period then
			return {FOREIGN}
		end
		stored = brought({period = tonumber(period), used = tonumber(used), told = told == '1'}, present)
	end
	account.fresh = not record
	-- A count that was moved must be written, or it would be moved again tomorrow and never end.
	account.changed = stored and stored.moved
	if ARGV[at + 4] ~= '' then
		account.begun = tonumber(ARGV[at + 4])
		known = brought({period = account.begun, used = tonumber(ARGV[at + 5]), told = ARGV[at + 6] == '1'}, present)
	end
	-- The tally that is known to a correction is as old as the call, so a stored one of its period is newer.
	if not counting and known and stored and stored.period >= known.period then
		known = nil
	end
	account.tally = larger(stored, known) or {period = present, used = 0, told = false}
	accounts[#accounts + 1] = account
end

local function amount(account)
	return account.calls and 1 or estimated
end
if counting then
	local admitted = true
	for _, account in ipairs(accounts) do
		local tally = account.tally
		account.refused = tally.used >= account.cap or amount(account) > account.cap - tally.used
		admitted = admitted and not account.refused
	end
	for _, account in ipairs(accounts) do
		local tally = account.tally
		account.announce = account.refused and not tally.told
		if admitted then
			tally.used = tally.used + amount(account)
		end
		tally.told = tally.told or account.announce
		account.changed = account.changed or admitted or account.announce
	end
else
	for _, account in ipairs(accounts) do
		if not account.calls then
			local tally = account.tally
			if account.begun == tally.period then
				tally.used = math.max(0, tally.used - estimated) + cost
			else
				tally.used = tally.used + math.max(0, cost - estimated)
			end
			tally.used = math.min(tally.used, most)
			account.changed = true
		end
	end
end

local answer, changed, fresh = {OK, now}, {}, 0
local function bit(fact)
	return fact and 1 or 0
end
for _, account in ipairs(accounts) do
	local tally = account.tally
	for _, number in ipairs({tally.period, tally.used, bit(tally.told), bit(account.refused), bit(account.announce)}) do
		answer[#answer + 1] = number
	end
	if account.changed then
		changed[#changed + 1] = account
		fresh = fresh + bit(account.fresh)
	end
end
if #changed == 0 then
	return answer
end

local in_hand = {}
for _, account in ipairs(accounts) do
	in_hand[account.key] = true
end
local function prune(count)
	local dead = {}
	for _, key in ipairs(call('ZRANGEBYSCORE', BUDGET_FORGET, '-inf', text(now), 'LIMIT', 0, count)) do
		if not in_hand[key] then
			dead[#dead + 1] = key
		end
	end
	if #dead > 0 then
		call('ZREM', BUDGET_FORGET, unpack(dead))
		call('HDEL', BUDGETS, unpack(dead))
	end
end
local function is_full()
	return (call('HLEN', BUDGETS) + fresh) * BUDGET_COST > room
end
if fresh > 0 then
	prune(batch)
	if is_full() then
		prune(large)
		if is_full() then
			return {FULL}
		end
	end
end
for _, account in ipairs(changed) do
	local tally = account.tally
	call('HSET', BUDGETS, account.key, text(tally.period) .. ':' .. text(tally.used) .. ':' .. bit(tally.told))
	-- Kept longer than its period and the next one in every zone.
	call('ZADD', BUDGET_FORGET, text(now + (account.every == 'day' and 3 or 64) * DAY), account.key)
end
return answer
