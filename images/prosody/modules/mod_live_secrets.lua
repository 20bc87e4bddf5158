-- New secrets while prosody runs: whenever the configuration is read again, credentials for TURN are made with the secret that it
-- names now, and the database is reached with the password that it names now. No stream is lost for either.
module:set_global();

local modulemanager = require "prosody.core.modulemanager";

local function renew_turn()
	for host in pairs(prosody.hosts) do
		-- It reads its options when it is loaded, and keeps nothing else.
		if modulemanager.is_loaded(host, "external_services") then modulemanager.reload(host, "external_services"); end
	end
end

local function renew_database()
	local wanted = module:get_option("sql") or {};
	for _, engine in pairs(module:shared("/*/sql/connections")) do
		local params = engine.params;
		if params.database == wanted.database and (params.username ~= wanted.username or params.password ~= wanted.password) then
			params.username, params.password = wanted.username, wanted.password;
			-- Nobody is in the middle of a query: prosody has one thread, and a query is answered before anything else happens.
			if engine.conn then
				engine.conn:close();
				engine.conn = nil;
			end
		end
	end
end

module:hook("config-reloaded", function ()
	renew_turn();
	renew_database();
end);
