-- LuaDBI connects without a time limit, and prosody has one thread: while the database is away every query would stop all
-- streams for seconds. Here its port is tried first, briefly, and not again for a moment after a failure.
module:set_global();

local sql = require "prosody.util.sql";
local tcp = require "socket".tcp;
local now = require "prosody.util.time".monotonic;

local patience = module:get_option_number("sql_connect_timeout", 0.1, 0.01);
local pause = module:get_option_number("sql_retry_after", 1, 0.1);

local methods = getmetatable(sql:create_engine({ driver = "MySQL" })).__index;
local connect = methods.connect;
local closed_until = 0;

function methods:connect()
	if self.conn then return true; end
	if now() < closed_until then return nil, "database unreachable a moment ago"; end
	local probe = tcp();
	probe:settimeout(patience);
	local reached, problem = probe:connect(self.params.host, self.params.port or 3306);
	probe:close();
	if not reached then
		closed_until = now() + pause;
		return nil, "database unreachable: " .. tostring(problem);
	end
	return connect(self);
end

function module.unload()
	methods.connect = connect;
end
