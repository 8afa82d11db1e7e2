-- Removes a small value. ARGV: name. Answer: OK and 1 if there was one, else 0.
if not opened() then
	return {CHANGED}
end
local present = call('HGET', VALUES, ARGV[3])
if not present then
	return {OK, 0}
end
local bytes = bytes_of('value_bytes', VALUES) - #present - #ARGV[3] - VALUE_COST
call('HDEL', VALUES, ARGV[3])
call('HSET', META, 'value_bytes', text(bytes))
return {OK, 1}
