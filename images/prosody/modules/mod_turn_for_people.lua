-- Credentials for TURN (XEP-0215) say whom they were made for, `expiry:name`, so that the relays of one person can be told from
-- those of another. mod_external_services makes them for nobody in particular.
local base64 = require "prosody.util.encodings".base64;
local hmac = require "prosody.util.hashes".hmac_sha1;

local function same(service, item)
	return service.type == item.type and service.host == item.host and service.port == item.port;
end

local function make_personal(event)
	local name = event.origin.username;
	for _, service in ipairs(event.services) do
		for _, item in ipairs(module:get_option_array("external_services", {})) do
			if item.secret and same(service, item) then
				service.username = ("%d:%s"):format(service.expires, name);
				service.password = base64.encode(hmac(item.secret, service.username));
			end
		end
	end
end

module:hook("external_service/services", make_personal);
module:hook("external_service/credentials", make_personal);
