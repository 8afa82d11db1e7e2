-- Answer: OK, the watermark, and the number of one-time items, histories of limits, counts of budgets and values.
local watermark = opened()
if not watermark then
	return {CHANGED}
end
return {OK, watermark, call('ZCARD', SEEN), call('HLEN', LIMITS), call('HLEN', BUDGETS), call('HLEN', VALUES)}
