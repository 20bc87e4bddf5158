-- Who administers, while prosody runs: `live_admins` is read again whenever the configuration is, and running streams get what
-- they may do now. Prosody's own option `admins` is read when the module of roles is loaded, and to load that one again would
-- forget what every other module lets the roles do; so `admins` stays empty, and what it does is done here, on every host.
module:set_global();

local modulemanager = require "prosody.core.modulemanager";
local to_array = require "prosody.util.iterators".to_array;
local jid = require "prosody.util.jid";
local set_role = require "prosody.util.session".set_role;
local set = require "prosody.util.set";

local OPERATOR <const>, ANYBODY <const> = "prosody:operator", "prosody:registered";
local hosts = prosody.hosts;
local originals = {};
local admins;

local function read()
	return module:get_option_set("live_admins", {}) / function (uri) return jid.prep((uri:gsub("^xmpp:", ""))); end;
end

local function take_over(host)
	local authz = hosts[host].authz;
	if not authz or originals[host] then return; end
	local own = {
		get_user_role = authz.get_user_role, get_jid_role = authz.get_jid_role,
		get_users_with_role = authz.get_users_with_role, get_jids_with_role = authz.get_jids_with_role,
	};
	originals[host] = own;
	function authz.get_user_role(user)
		if admins:contains(user.."@"..host) then return authz.get_role_by_name(OPERATOR); end
		return own.get_user_role(user);
	end
	function authz.get_jid_role(address)
		if admins:contains(jid.bare(address)) then return authz.get_role_by_name(OPERATOR); end
		return own.get_jid_role(address);
	end
	function authz.get_users_with_role(role)
		local found = set.new(own.get_users_with_role(role));
		if role == OPERATOR then
			for address in admins do
				if jid.host(address) == host then found:add((jid.node(address))); end
			end
		end
		return to_array(found);
	end
	function authz.get_jids_with_role(role)
		local found = set.new(own.get_jids_with_role(role));
		return to_array(role == OPERATOR and found + admins or found);
	end
end

local function tell_streams(host, before)
	local authz = hosts[host].authz;
	for user, account in pairs(hosts[host].sessions or {}) do
		local address = user.."@"..host;
		if admins:contains(address) ~= before:contains(address) then
			-- Without an answer of the database, nobody keeps the rights of an administrator.
			local role = authz.get_user_role(user) or authz.get_role_by_name(ANYBODY);
			for _, session in pairs(account.sessions) do set_role(session, role); end
		end
	end
end

admins = read();
module:hook("host-activated", take_over, 50); -- between the roles and the modules that ask for them
for host in pairs(hosts) do take_over(host); end

module:hook("config-reloaded", function ()
	local before = admins;
	admins = read();
	for host in pairs(hosts) do
		if originals[host] then tell_streams(host, before); end
		if admins ~= before and modulemanager.is_loaded(host, "server_contact_info") then
			modulemanager.reload(host, "server_contact_info");
		end
	end
end);

function module.unload()
	for host, own in pairs(originals) do
		for name, original in pairs(own) do hosts[host].authz[name] = original; end
	end
end
