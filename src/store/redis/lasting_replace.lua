-- Sets a lasting value, which a reset of the store keeps, if its current one is as expected.
--
-- ARGV: name, value, condition (none: if there is no value; is: if the value is the expected one), expected value.
-- Answer: OK and 1 if the value was set, else 0.
local name, value, condition, expected = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local current = call('HGET', LASTING, name)
if (condition == 'none' and current) or (condition == 'is' and current ~= expected) then
	return {OK, 0}
end
call('HSET', LASTING, name, value)
return {OK, 1}
