-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
CREATE TABLE IF NOT EXISTS turnusers_lt (realm VARCHAR(127) DEFAULT '', name VARCHAR(512), hmackey CHAR(128), PRIMARY KEY (realm, name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS turn_secret (realm VARCHAR(127) DEFAULT '', value VARCHAR(256), PRIMARY KEY (realm, value)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS allowed_peer_ip (realm VARCHAR(127) DEFAULT '', ip_range VARCHAR(256), PRIMARY KEY (realm, ip_range)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS denied_peer_ip (realm VARCHAR(127) DEFAULT '', ip_range VARCHAR(256), PRIMARY KEY (realm, ip_range)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS turn_origin_to_realm (origin VARCHAR(127), realm VARCHAR(127), PRIMARY KEY (origin)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS turn_realm_option (realm VARCHAR(127) DEFAULT '', opt VARCHAR(32), value VARCHAR(128), PRIMARY KEY (realm, opt)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS oauth_key (kid VARCHAR(128), ikm_key VARCHAR(256), timestamp BIGINT DEFAULT 0, lifetime INTEGER DEFAULT 0, as_rs_alg VARCHAR(64) DEFAULT '', realm VARCHAR(127), PRIMARY KEY (kid)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS admin_user (name VARCHAR(64), realm VARCHAR(127), password VARCHAR(127), PRIMARY KEY (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS admin_hash (name VARCHAR(64), realm VARCHAR(127), password VARCHAR(127), PRIMARY KEY (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

