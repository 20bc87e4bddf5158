-- What our own CA says of servers that prove with its certificates who they are, when they connect to us.
--
-- A partner's certificate is for clients alone, so that it can pose as no server. LuaSec however looks whether whoever connects
-- could be a server ("lsec_ignore_purpose"), because public CAs certify nothing else any more. So where that is the only thing
-- wrong with a certificate that our CA issued, it is right.
--
-- And what is revoked counts no longer. Certificates of other CAs are never looked up in our list: OpenSSL's own check would ask
-- for a list of every CA, and refuse all whose list is not here. The list is read again whenever the configuration is.
module:set_global();

local x509 = require "ssl.x509";
local verify_identity = require "prosody.util.x509".verify_identity;

-- In OpenSSL's words, because LuaSec tells no numbers. In other words, partners would be refused.
local PURPOSE <const> = "unsuitable certificate purpose";
local authorities, revoked;

local function read()
	authorities, revoked = {}, module:get_option_set("own_revocations", {});
	local file = io.open(module:get_option_string("own_ca", ""), "r");
	if not file then return; end
	for pem in file:read("*a"):gmatch("%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-.-%-%-%-%-%-END CERTIFICATE%-%-%-%-%-") do
		table.insert(authorities, x509.load(pem));
	end
	file:close();
end

local function is_ours(cert)
	for _, ca in ipairs(authorities) do
		if ca:issued(cert) then return true; end
	end
	return false;
end

local function only_purpose(errors)
	if type(errors) ~= "table" or next(errors) ~= 1 or next(errors, 1) ~= nil then return false; end
	return #errors[1] == 1 and errors[1][1] == PURPOSE;
end

-- After mod_s2s_auth_certs has judged the chain.
module:hook("s2s-check-certificate", function (event)
	local session, host, cert = event.session, event.host, event.cert;
	if not cert or session.direction ~= "incoming" then return; end
	local log = session.log or module._log;
	local client = session.cert_chain_status == "invalid" and only_purpose(session.cert_chain_errors);
	if not client and session.cert_chain_status ~= "valid" or not is_ours(cert) then return; end
	if revoked:contains(cert:serial():upper()) then
		log("warn", "The certificate of %s is revoked", host or "a server");
		session.cert_chain_status, session.cert_identity_status = "invalid", nil;
		session.cert_chain_errors = { { "certificate revoked" } };
	elseif client then
		session.cert_chain_status, session.cert_chain_errors = "valid", nil;
		session.cert_identity_status = host and verify_identity(host, "xmpp-server", cert) and "valid" or "invalid";
		log("info", "Our own CA vouches for %s: %s", host or "a server", session.cert_identity_status);
	end
end, 500);

read();
module:hook("config-reloaded", read);
