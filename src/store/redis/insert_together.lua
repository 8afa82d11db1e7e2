-- Records the use of one-time items: all of them, or none if one was used before.
--
-- ARGV: the caller's clock, the tolerance between clocks, the most bytes of all items, how many records to examine for
-- pruning, how many when there is no room, and for each item its key, when it was issued, until when its record must be
-- kept, and its receipt. Moments are in milliseconds.
-- Answer: OK, 1; or OK, 0, index of the item that was used, its receipt.
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
local items = {}
for at = 8, #ARGV, 4 do
	-- Each web server has its own clock, so the tolerance applies to every item.
	if tonumber(ARGV[at + 1]) <= watermark + skew then
		return {RESTARTED}
	end
	items[#items + 1] = {key = ARGV[at], keep = tonumber(ARGV[at + 2]), receipt = ARGV[at + 3]}
end
for _, item in ipairs(items) do
	if item.keep < latest then
		return {EXPIRED}
	end
end
local expired = {}
for index, item in ipairs(items) do
	local keep = tonumber(call('ZSCORE', SEEN, item.key))
	if keep and keep >= latest then
		return {OK, 0, index - 1, call('HGET', RECEIPTS, item.key) or ''}
	end
	expired[#expired + 1] = keep and item.key
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
	-- Commands that free memory come first: the server allows them when its memory is full, and then also the ones
	-- after them.
	call('ZREM', SEEN, unpack(keys))
	call('HDEL', RECEIPTS, unpack(keys))
	-- Not -bytes: Lua prints that as -0 if it is 0.
	call('HINCRBY', META, 'seen', 0 - #keys)
	call('HINCRBY', META, 'receipt_bytes', 0 - bytes)
end
local function prune(count)
	forget(call('ZRANGEBYSCORE', SEEN, '-inf', '(' .. text(latest), 'LIMIT', 0, count))
end
local cost = 0
for _, item in ipairs(items) do
	cost = cost + (#item.receipt > 0 and #item.receipt + RECEIPT_COST or 0)
end
local function is_full()
	return (call('ZCARD', SEEN) + #items) * SEEN_COST + bytes_of('receipt_bytes', RECEIPTS) + cost > room
end

forget(expired)
prune(batch * #items)
if is_full() then
	prune(large)
end
-- Records are pruned up to this moment, so an earlier clock must not be accepted afterwards.
if latest ~= before then
	call('HSET', META, 'latest', text(latest))
end
if is_full() then
	return {FULL}
end
if cost > 0 then
	local bytes = bytes_of('receipt_bytes', RECEIPTS)
	for _, item in ipairs(items) do
		if item.receipt ~= '' then
			call('HSET', RECEIPTS, item.key, item.receipt)
		end
	end
	call('HSET', META, 'receipt_bytes', text(bytes + cost))
end
for _, item in ipairs(items) do
	call('ZADD', SEEN, text(item.keep), item.key)
end
call('HINCRBY', META, 'seen', #items)
return {OK, 1}
