-- Begins each script. ARGV[1] is the instance that the caller is connected to. ARGV[2] is the moment to use instead
-- of the server's clock in a test, otherwise empty. The script's own arguments follow. An answer begins with one of
-- the statuses below.
local META, SEEN, RECEIPTS, LIMITS, FORGET, VALUES, BUDGETS, BUDGET_FORGET, LASTING = unpack(KEYS)
local INSTANCE = ARGV[1]
local OK, CHANGED, RESTARTED, STEPPED, EXPIRED, FULL, APART, FOREIGN = 0, 1, 2, 3, 4, 5, 6, 7
local call = redis.call

-- The bytes that a record takes in addition to its content, measured with MEMORY USAGE and rounded up.
local SEEN_COST, RECEIPT_COST, RING_COST, VALUE_COST, BUDGET_COST = 160, 112, 300, 96, 360

-- Formats a number without an exponent, which Lua would use for large ones.
local function text(number)
	return string.format('%.0f', number)
end

-- Returns the current moment in milliseconds.
local function clock()
	if ARGV[2] ~= '' then
		return tonumber(ARGV[2])
	end
	local time = call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Returns the watermark and the latest moment that the store has seen; nil if the store belongs to another instance or
-- has lost records.
local function opened()
	local meta = call('HMGET', META, 'instance', 'opened', 'latest', 'seen')
	if meta[1] ~= INSTANCE or tonumber(meta[4]) ~= call('ZCARD', SEEN) then
		return nil
	end
	return tonumber(meta[2]), tonumber(meta[3])
end

-- Returns the number of bytes of a table, which META records; 0 if the table is gone.
local function bytes_of(field, table)
	if call('EXISTS', table) == 0 then
		return 0
	end
	return tonumber(call('HGET', META, field)) or 0
end
