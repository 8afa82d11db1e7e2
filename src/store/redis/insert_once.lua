-- ARGV: key, issued, kept until, the caller's clock, skew, room in bytes, batch, batch when full, receipt.
local watermark, before = opened()
if not watermark then
	return {CHANGED}
end
local key = ARGV[3]
local issued, keep, caller, skew = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local room, batch, large, receipt = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[11]
local now = clock()
if math.abs(caller - now) > skew then
	return {APART}
end
if now + skew < before then
	return {STEPPED}
end
-- Whoever issued it, the clock was another machine's.
if issued <= watermark + skew then
	return {RESTARTED}
end
local latest = math.max(before, now)
if keep < latest then
	return {LAPSED}
end
local until_then = tonumber(call('ZSCORE', SEEN, key))
if until_then and until_then >= latest then
	return {OK, 0}
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
local cost = #receipt > 0 and #receipt + RECEIPT_COST or 0
local function is_full()
	return (call('ZCARD', SEEN) + 1) * SEEN_COST + bytes_of('receipt_bytes', RECEIPTS) + cost > room
end

if until_then then
	forget({key})
end
prune(batch)
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
	call('HSET', RECEIPTS, key, receipt)
	call('HSET', META, 'receipt_bytes', text(bytes + cost))
end
call('ZADD', SEEN, text(keep), key)
call('HINCRBY', META, 'seen', 1)
return {OK, 1}
