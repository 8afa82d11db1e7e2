-- Returns a lasting value, which a reset of the store keeps. ARGV: name. Answer: OK and the value, or OK alone.
local value = call('HGET', LASTING, ARGV[3])
if value then
	return {OK, value}
end
return {OK}
