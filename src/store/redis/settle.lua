-- Writes the receipt of a one-time item. ARGV: key, receipt, the most bytes of all items. Answer: OK and 1, or 0 if
-- there is no live record of the item.
local watermark, latest = opened()
if not watermark then
	return {CHANGED}
end
local key, receipt = ARGV[3], ARGV[4]
local keep = tonumber(call('ZSCORE', SEEN, key))
if not keep or keep < latest then
	return {OK, 0}
end
local cost = function(length)
	return length > 0 and length + RECEIPT_COST or 0
end
local bytes = bytes_of('receipt_bytes', RECEIPTS)
local more = cost(#receipt) - cost(call('HSTRLEN', RECEIPTS, key))
if more > 0 and call('ZCARD', SEEN) * SEEN_COST + bytes + more > tonumber(ARGV[5]) then
	return {FULL}
end
if receipt == '' then
	call('HDEL', RECEIPTS, key)
else
	call('HSET', RECEIPTS, key, receipt)
end
call('HSET', META, 'receipt_bytes', text(bytes + more))
return {OK, 1}
