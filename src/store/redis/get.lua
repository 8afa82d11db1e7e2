-- Returns a small value. ARGV: name. Answer: OK and the value, or OK alone.
if not opened() then
	return {CHANGED}
end
local value = call('HGET', VALUES, ARGV[3])
if value then
	return {OK, value}
end
return {OK}
