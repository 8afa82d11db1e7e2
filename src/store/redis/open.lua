-- Starts the store anew, unless it is whole and this instance's. Histories of limits and counts of
-- budgets are kept: they can only make somebody wait.
if opened() then
	return {OK}
end
-- A clock that is behind must not put the watermark into the past.
local now = math.max(clock(), tonumber(call('HGET', META, 'latest')) or 0)
call('UNLINK', SEEN, RECEIPTS, VALUES)
call('HSET', META, 'instance', INSTANCE, 'opened', text(now), 'latest', text(now), 'seen', 0,
	'receipt_bytes', 0, 'value_bytes', 0)
return {OK}
