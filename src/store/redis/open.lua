-- Resets the store, unless it is complete and belongs to this instance. Histories of limits and counts of budgets
-- are kept, since old ones can only refuse calls.
if opened() then
	return {OK}
end
-- The watermark must not be earlier than a moment that the store has seen, even if the clock was set back.
local now = math.max(clock(), tonumber(call('HGET', META, 'latest')) or 0)
call('UNLINK', SEEN, RECEIPTS, VALUES)
call('HSET', META, 'instance', INSTANCE, 'opened', text(now), 'latest', text(now), 'seen', 0,
	'receipt_bytes', 0, 'value_bytes', 0)
return {OK}
