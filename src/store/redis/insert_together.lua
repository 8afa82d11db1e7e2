-- ARGV: the caller's clock, skew, room in bytes, batch, batch when full, and for each thing key, issued, kept until,
-- receipt.
local watermark, before = opened()
if not watermark then
	return {CHANGED}
end
local caller, skew = tonumber(ARGV[3]), tonumber(ARGV[4])
local room, batch, large = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local now = clock()
if math.abs(caller - now) > skew then
	return {APART}
end
if now + skew < before then
	return {STEPPED}
end
local latest = math.max(before, now)
local things = {}
for at = 8, #ARGV, 4 do
	-- Whoever issued it, the clock was another machine's.
	if tonumber(ARGV[at + 1]) <= watermark + skew then
		return {RESTARTED}
	end
	things[#things + 1] = {key = ARGV[at], keep = tonumber(ARGV[at + 2]), receipt = ARGV[at + 3]}
end
for _, thing in ipairs(things) do
	if thing.keep < latest then
		return {LAPSED}
	end
end
local lapsed = {}
for index, thing in ipairs(things) do
	local keep = tonumber(call('ZSCORE', SEEN, thing.key))
	if keep and keep >= latest then
		return {OK, 0, index - 1, call('HGET', RECEIPTS, thing.key) or ''}
	end
	lapsed[#lapsed + 1] = keep and thing.key
end

local function forget(keys)
	if #keys == 0 then
		return
	end
	local bytes = 0
	for _, receipt in ipairs(call('HMGET', RECEIPTS, unpack(keys))) do
		if receipt then
			bytes = bytes + #receipt + RECEIPT_COST
		end
	end
	-- First what frees memory: it is allowed where there is none, and so is all that follows it.
	call('ZREM', SEEN, unpack(keys))
	call('HDEL', RECEIPTS, unpack(keys))
	-- Not -bytes, which Lua prints as -0 where there are none.
	call('HINCRBY', META, 'seen', 0 - #keys)
	call('HINCRBY', META, 'receipt_bytes', 0 - bytes)
end
local function prune(count)
	forget(call('ZRANGEBYSCORE', SEEN, '-inf', '(' .. text(latest), 'LIMIT', 0, count))
end
local cost = 0
for _, thing in ipairs(things) do
	cost = cost + (#thing.receipt > 0 and #thing.receipt + RECEIPT_COST or 0)
end
local function is_full()
	return (call('ZCARD', SEEN) + #things) * SEEN_COST + bytes_of('receipt_bytes', RECEIPTS) + cost > room
end

forget(lapsed)
prune(batch * #things)
if is_full() then
	prune(large)
end
-- What was pruned by this moment must be told by it.
if latest ~= before then
	call('HSET', META, 'latest', text(latest))
end
if is_full() then
	return {FULL}
end
if cost > 0 then
	local bytes = bytes_of('receipt_bytes', RECEIPTS)
	for _, thing in ipairs(things) do
		if thing.receipt ~= '' then
			call('HSET', RECEIPTS, thing.key, thing.receipt)
		end
	end
	call('HSET', META, 'receipt_bytes', text(bytes + cost))
end
for _, thing in ipairs(things) do
	call('ZADD', SEEN, text(thing.keep), thing.key)
end
call('HINCRBY', META, 'seen', #things)
return {OK, 1}
