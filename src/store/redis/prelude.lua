-- Stands before each script. ARGV[1] is the instance the caller speaks to, ARGV[2] the moment in a test.
local META, SEEN, RECEIPTS, LIMITS, FORGET, VALUES, BUDGETS, BUDGET_FORGET = unpack(KEYS)
local INSTANCE = ARGV[1]
local OK, CHANGED, RESTARTED, STEPPED, LAPSED, FULL, APART, FOREIGN = 0, 1, 2, 3, 4, 5, 6, 7
local call = redis.call

-- What a record takes beside its own bytes, measured with MEMORY USAGE and rounded up.
local SEEN_COST, RECEIPT_COST, RING_COST, VALUE_COST, BUDGET_COST = 160, 112, 300, 96, 360

-- Lua prints large numbers with an exponent.
local function text(number)
	return string.format('%.0f', number)
end

local function clock()
	if ARGV[2] ~= '' then
		return tonumber(ARGV[2])
	end
	local time = call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Watermark and latest moment; nil if the store is another instance's, or has lost records.
local function opened()
	local meta = call('HMGET', META, 'instance', 'opened', 'latest', 'seen')
	if meta[1] ~= INSTANCE or tonumber(meta[4]) ~= call('ZCARD', SEEN) then
		return nil
	end
	return tonumber(meta[2]), tonumber(meta[3])
end

-- A count of bytes in META; nothing where its table is gone.
local function bytes_of(field, table)
	if call('EXISTS', table) == 0 then
		return 0
	end
	return tonumber(call('HGET', META, field)) or 0
end
