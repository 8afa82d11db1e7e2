-- Admits a call under all its limits or under none, by the algorithm of limit/window.rs. It must run inside the server,
-- so it is implemented a second time here; the tests compare both.
--
-- ARGV: the most bytes of all histories, how many records to examine for pruning, how many when there is no room, the
-- most admissions of a history, and for each limit its key, its maximum and its window in milliseconds.
-- Answer: OK, 1, maximum, remaining, seconds until reset; or OK, 0, index, seconds to wait, 1 for the first refusal
-- of a burst, maximum.
--
-- A history: moment of the last recorded refusal (0 for none), then those of the admissions, oldest first; 6 bytes
-- each, big-endian, in milliseconds.
if not opened() then
	return {CHANGED}
end
local room, batch, large, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local now = clock()
local floor = math.floor

local function pack(moment)
	local low = moment % 16777216
	local high = (moment - low) / 16777216
	return string.char(floor(high / 65536) % 256, floor(high / 256) % 256, high % 256,
		floor(low / 65536), floor(low / 256) % 256, low % 256)
end
local function moment(ring, index)
	local a, b, c, d, e, f = string.byte(ring, index * 6 + 1, index * 6 + 6)
	return ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f
end
local function seconds(millis)
	return math.max(1, math.ceil(millis / 1000))
end

local limits = {}
for at = 7, #ARGV, 3 do
	local limit = {key = ARGV[at], max = tonumber(ARGV[at + 1]), window = tonumber(ARGV[at + 2])}
	local ring = call('HGET', LIMITS, limit.key)
	limit.old = ring and #ring + RING_COST or 0
	ring = ring or pack(0)
	if #ring < 6 or #ring % 6 ~= 0 or #ring > (most + 1) * 6 then
		return {FOREIGN}
	end
	-- Moments in the future mean that the clock was set back. They are treated as now.
	local count = #ring / 6 - 1
	local later = 0
	while later < count and moment(ring, count - later) > now do
		later = later + 1
	end
	if later > 0 then
		ring = string.sub(ring, 1, (count - later + 1) * 6) .. string.rep(pack(now), later)
		limit.changed = true
	end
	if moment(ring, 0) > now then
		ring = pack(now) .. string.sub(ring, 7)
		limit.changed = true
	end
	limit.ring, limit.count = ring, count
	limits[#limits + 1] = limit
end

local refusing, longest
for index, limit in ipairs(limits) do
	if limit.count >= limit.max then
		local age = now - moment(limit.ring, limit.count - limit.max + 1)
		if age < limit.window and (not longest or limit.window - age > longest) then
			refusing, longest = index, limit.window - age
		end
	end
end

local answer
if refusing then
	local limit = limits[refusing]
	local noted = moment(limit.ring, 0)
	local first = noted == 0 or now - noted >= limit.window
	if first then
		limit.ring = pack(now) .. string.sub(limit.ring, 7)
		limit.changed = true
	end
	answer = {OK, 0, refusing - 1, seconds(longest), first and 1 or 0, limit.max}
else
	for _, limit in ipairs(limits) do
		local from = limit.count >= most and 13 + (limit.count - most) * 6 or 7
		limit.ring = string.sub(limit.ring, 1, 6) .. string.sub(limit.ring, from) .. pack(now)
		limit.count = #limit.ring / 6 - 1
		limit.changed = true
		-- Find the oldest admission within the window.
		local below, oldest = 0, limit.count
		while oldest - below > 1 do
			local middle = floor((below + oldest) / 2)
			if now - moment(limit.ring, middle) < limit.window then
				oldest = middle
			else
				below = middle
			end
		end
		local remaining = math.max(0, limit.max - (limit.count - oldest + 1))
		local reset = seconds(limit.window - (now - moment(limit.ring, oldest)))
		if not answer or remaining < answer[4] or (remaining == answer[4] and reset > answer[5]) then
			answer = {OK, 1, limit.max, remaining, reset}
		end
	end
end

local more, changed = 0, false
for _, limit in ipairs(limits) do
	if limit.changed then
		changed = true
		more = more + #limit.ring + RING_COST - limit.old
	end
end
if not changed then
	return answer
end

local bytes = bytes_of('limit_bytes', LIMITS)
local in_hand = {}
for _, limit in ipairs(limits) do
	in_hand[limit.key] = true
end
local function prune(count)
	local dead = {}
	for _, key in ipairs(call('ZRANGEBYSCORE', FORGET, '-inf', text(now), 'LIMIT', 0, count)) do
		if not in_hand[key] then
			dead[#dead + 1] = key
			bytes = bytes - call('HSTRLEN', LIMITS, key) - RING_COST
		end
	end
	if #dead > 0 then
		call('ZREM', FORGET, unpack(dead))
		call('HDEL', LIMITS, unpack(dead))
		call('HSET', META, 'limit_bytes', text(bytes))
	end
end
prune(batch)
if more > 0 and bytes + more > room then
	prune(large)
	if bytes + more > room then
		return {FULL}
	end
end
for _, limit in ipairs(limits) do
	if limit.changed then
		local forget = math.max(moment(limit.ring, 0), limit.count > 0 and moment(limit.ring, limit.count) or 0)
		call('HSET', LIMITS, limit.key, limit.ring)
		call('ZADD', FORGET, text(forget + limit.window), limit.key)
	end
end
call('HSET', META, 'limit_bytes', text(bytes + more))
return answer
