-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
-- Every option: https://prosody.im/doc/configure

-- Who administers, as addresses. Read again at every reload (mod_live_admins); the option `admins` would be read only once.
live_admins = FileLines("/config/live/admins")
contact_info = { admin = FileLines("/config/live/admins") }

-- Files and logs
data_path = "/var/lib/prosody"
pidfile = "/run/prosody/prosody.pid"
admin_socket = "/run/prosody/prosody.sock"
plugin_paths = { "/usr/share/rtcstack/prosody-modules" }
log = { { levels = { min = "info" }; to = "console" } }

-- Accounts are made by `rtcstack add-user` in all services at once, so nobody registers or changes a password here.
-- PLAIN stays, inside TLS, for clients that know SCRAM-SHA-1 only: the stored hash is SHA-256 and cannot serve them.
authentication = "internal_hashed"
password_hash = "SHA-256"
allow_registration = false
registration_invite_only = false
disable_sasl_mechanisms = { "DIGEST-MD5"; "OAUTHBEARER" }

-- Storage: the tables are made by `rtcstack up`
storage = "sql"
sql = {
	driver = "MySQL";
	host = "10.205.238.226";
	port = 3306;
	database = "prosody";
	username = "prosody";
	password = FileLine("/config/live/database.password");
}
sql_manage_tables = false
archive_expires_after = "365d"
muc_log_expires_after = "365d"

-- TLS: one certificate for all names
certificates = "/usr/share/rtcstack/certificates"
tls_profile = "intermediate"
ssl = { cafile = "/config/tls/ca.pem" }
c2s_require_encryption = true
s2s_require_encryption = true
s2s_secure_auth = true
-- Other servers may prove who they are by certificates of our own CA, except by those that are revoked (mod_own_ca)
own_ca = "/config/tls/ca.pem"
own_revocations = FileLines("/config/live/revoked")


-- Who listens where
-- First address: TLS from the first byte. Second address: streams that turn to TLS, which the front hands on with the address
-- of who connects. The first bytes tell what is spoken.
ssl_ports = { 443 }
ssl_interfaces = { "192.168.7.16" }
ports = { 443 }
interfaces = { "127.0.0.1" }
proxy_ports = { 5222 }
proxy_interfaces = { "10.205.238.230" }
proxy_port_mappings = { [5222] = "multiplex" }
proxy_trusted_proxies = { "10.205.238.231" }
-- Only so that mod_http finds itself reachable; the multiplex is what serves the web.
http_ports = { 5280 }
http_interfaces = { "127.0.0.1" }
c2s_ports = {}
c2s_direct_tls_ports = {}
s2s_ports = {}
s2s_direct_tls_ports = {}
https_ports = {}
external_addresses = { "192.168.7.16"; "192.168.7.17" }
all_listeners = {
	["192.168.7.16"] = { 443 };
}
-- Larger pieces: uploads of files are three times as fast.
network_default_read_size = 65536
http_default_host = "xmpp-gw.falcot.com"

limits = {
	c2s = { rate = "100kb/s"; burst = "2s" };
	s2sin = { rate = "100kb/s"; burst = "2s" };
}

modules_enabled = {
	-- the server itself
	"net_multiplex";
	"net_proxy";
	"all_listeners"; "sql_patience"; "live_admins"; "live_secrets"; "tls"; "saslauth"; "limits"; "admin_shell"; "end_sessions";
	-- what every client expects; no tombstones, which would keep contacts from somebody who is added again under an old name
	"roster"; "disco"; "private"; "blocklist"; "ping"; "time"; "version"; "uptime"; "lastactivity";
	"pep"; "bookmarks"; "vcard4"; "vcard_legacy"; "server_contact_info"; "account_activity"; "flags";
	-- phones: several devices, bad networks, sleeping screens
	"mam"; "carbons"; "smacks"; "csi_simple"; "cloud_notify";
	-- browsers
	"bosh"; "websocket"; "http_altconnect";
	-- calls, and contacts from other domains by invitation
	"external_services"; "turn_for_people"; "invites"; "invites_adhoc"; "invites_register";
	"s2s_bidi"; "own_ca";
}

local turn_secret = FileLine("/config/live/turn.secret")
external_services = {
	{
		type = "stun"; transport = "udp";
		host = "turn-ephemeral.falcot.com"; port = 443;
	};
	{
		type = "turn"; transport = "tcp";
		host = "turn-ephemeral.falcot.com"; port = 443;
		secret = turn_secret; ttl = 1800;
	};
	{
		type = "turn"; transport = "udp";
		host = "turn-ephemeral.falcot.com"; port = 443;
		secret = turn_secret; ttl = 1800;
	};
	{
		type = "turns"; transport = "tcp";
		host = "turn-ephemeral.falcot.com"; port = 443;
		secret = turn_secret; ttl = 1800;
	};
}

VirtualHost "falcot.com"
	-- WebSocket, BOSH and host-meta by the server's own name: the bare domain's web site may be elsewhere.
	http_host = "xmpp-gw.falcot.com"
	http_external_url = "https://xmpp-gw.falcot.com/"

Component "conference.falcot.com" "muc"
	name = "Rooms of falcot.com"
	modules_enabled = { "muc_mam" }
	restrict_room_creation = "local"

Component "upload.falcot.com" "http_file_share"
	name = "Files of falcot.com"
	modules_disabled = { "s2s" }
	http_external_url = "https://upload.falcot.com/"
	http_file_share_access = { "falcot.com" }
	http_file_share_size_limit = 104857600
	http_file_share_daily_quota = 1048576000
	http_file_share_expires_after = "30d"

Component "xmpp-gw.falcot.com" "host_name"
	modules_disabled = { "s2s" }
