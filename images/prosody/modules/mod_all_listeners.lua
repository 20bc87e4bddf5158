-- prosody goes on when a port cannot be opened. Here it ends instead, so that the restart policy tries again: an address
-- that comes a moment late must not leave a server that only half of the world can reach.
module:set_global();

local service_at = require "prosody.core.portmanager".get_service_at;

module:hook("server-started", function ()
	for address, ports in pairs(module:get_option("all_listeners", {})) do
		for _, port in ipairs(ports) do
			if not service_at(address, port) then
				module:log("error", "Nothing listens on [%s]:%d: ending, to be started again", address, port);
				prosody.shutdown("a port could not be opened", 1);
				return;
			end
		end
	end
end);
