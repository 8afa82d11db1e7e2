-- ARGV: name.
if not opened() then
	return {CHANGED}
end
local value = call('HGET', VALUES, ARGV[3])
if value then
	return {OK, value}
end
return {OK}
