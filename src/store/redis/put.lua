-- Sets a small value.
--
-- ARGV: name, value, the most bytes of all values, condition (any: always; none: if there is no value; is: if the value
-- is the expected one), expected value. Answer: OK and 1 if the value was set, else 0.
if not opened() then
	return {CHANGED}
end
local name, value, room, condition, expected = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7]
local present = call('HGET', VALUES, name)
if (condition == 'none' and present) or (condition == 'is' and present ~= expected) then
	return {OK, 0}
end
local bytes = bytes_of('value_bytes', VALUES)
local more = #value - (present and #present or -(#name + VALUE_COST))
if more > 0 and bytes + more > room then
	return {FULL}
end
call('HSET', VALUES, name, value)
call('HSET', META, 'value_bytes', text(bytes + more))
return {OK, 1}
