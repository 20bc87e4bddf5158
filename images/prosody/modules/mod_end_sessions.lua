-- What rtcstack asks for when a person got another password, was disabled or removed: the database says which of them, and
-- prosody's own events for it are fired here, because the rows were not changed by prosody. They close the streams that are
-- bound, asleep ones too; what they leave is done below. `people:end_sessions(HOST, "NAME …")` in the admin shell.
local datamanager = require "prosody.core.storagemanager".olddm;
local events = prosody.events;
local jid_join = require "prosody.util.jid".join;

local accounts = module:open_store("accounts");
local bound = prosody.hosts[module.host].sessions;
local streams, requests = module:shared("/*/c2s/sessions"), module:shared("/*/bosh/sessions");
local reason = { condition = "reset"; text = "Log in again" };

local function whose(session)
	if session.host ~= module.host then return nil; end
	-- In the middle of a login the old password may have been read already.
	return session.username or session.sasl_handler and session.sasl_handler.username;
end

local function close(session)
	-- BOSH does not fire this event: without it, a session that can be resumed only falls asleep.
	module:fire_event("pre-session-close", { session = session; reason = reason });
	session:close(reason);
end

local function close_rest(name)
	for _, list in ipairs({ streams, requests, bound[name] and bound[name].sessions or {} }) do
		local found = {};
		for _, session in pairs(list) do
			if whose(session) == name then found[#found + 1] = session; end
		end
		for _, session in ipairs(found) do close(session); end
	end
	return not bound[name];
end

-- Nothing of mod_cloud_notify forgets who is gone, and its cache can be reached only through its own handlers.
local function forget_devices(name)
	for _, handler in ipairs(prosody.hosts[module.host].events.get_handlers("iq-set/self/urn:xmpp:push:0:disable") or {}) do
		for index = 1, 20 do
			local variable, store = debug.getupvalue(handler, index);
			if variable == "push_store" then
				local devices = store:get(name);
				for identifier in pairs(devices) do devices[identifier] = nil; end
				store:flush_to_disk(name);
			end
		end
	end
end

-- Files that the person put up, at every component that keeps such.
local function remove_uploads(name)
	for host, component in pairs(prosody.hosts) do
		if component.modules and component.modules.http_file_share then
			local uploads = module:context(host):open_store("uploads", "archive");
			local whom = { with = jid_join(name, module.host) };
			for slot in assert(uploads:find(nil, whom)) do
				local path = datamanager.getpath(slot, host, "http_file_share", "bin");
				os.remove(path);
				os.remove(path.."~");
			end
			assert(uploads:delete(nil, whom));
		end
	end
end

-- What streams wrote between the removal and their end. Never the account: the name may have been given to somebody new.
local function remove_rows(name)
	for _, engine in pairs(module:shared("/*/sql/connections")) do
		assert(engine:transaction(function ()
			engine:delete([[DELETE FROM "prosody" WHERE "host"=? AND "user"=? AND "store"<>'accounts']], module.host, name);
			engine:delete([[DELETE FROM "prosodyarchive" WHERE "host"=? AND "user"=?]], module.host, name);
		end));
	end
end

local function end_sessions(name)
	local account, problem = accounts:get(name);
	if not account and problem then error(problem, 0); end
	local event = not account and "user-deleted" or account.disabled and "user-disabled" or "user-password-changed";
	events.fire_event(event, { username = name; host = module.host });
	if not close_rest(name) then error("streams are left", 0); end
	forget_devices(name);
	if not account then
		remove_uploads(name);
		remove_rows(name);
	end
	module:log("info", "Ended what %s did (%s)", name, event);
end

module:add_item("shell-command", {
	section = "people";
	section_desc = "What rtcstack asks for";
	name = "end_sessions";
	desc = "Close every stream of these people, and forget what of the removed ones is left";
	args = { { name = "host"; type = "string" }; { name = "names"; type = "string" } };
	host_selector = "host";
	handler = function (_, _, names)
		local problems = {};
		for name in names:gmatch("%S+") do
			local done, problem = pcall(end_sessions, name);
			if not done then problems[#problems + 1] = name..": "..tostring(problem); end
		end
		if #problems > 0 then return false, table.concat(problems, ", "); end
		return true, "done";
	end;
});
