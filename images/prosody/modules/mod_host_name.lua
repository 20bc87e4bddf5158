-- A component without behaviour: it gives the server's host name a place in the TLS server name table, so that HTTPS
-- (WebSocket, BOSH) works by that name wherever the web site of the bare domain is.
module:depends("disco");
module:add_identity("component", "generic", "Web access");
