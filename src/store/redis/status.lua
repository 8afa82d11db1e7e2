local watermark = opened()
if not watermark then
	return {CHANGED}
end
return {OK, watermark, call('ZCARD', SEEN), call('HLEN', LIMITS), call('HLEN', BUDGETS), call('HLEN', VALUES)}
