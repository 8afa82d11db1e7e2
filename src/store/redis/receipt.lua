-- ARGV: key.
local watermark, latest = opened()
if not watermark then
	return {CHANGED}
end
local keep = tonumber(call('ZSCORE', SEEN, ARGV[3]))
if not keep or keep < latest then
	return {OK}
end
return {OK, call('HGET', RECEIPTS, ARGV[3]) or ''}
