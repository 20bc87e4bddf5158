-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
CREATE TABLE IF NOT EXISTS turnusers_suspended (realm VARCHAR(127) DEFAULT '', name VARCHAR(512), hmackey CHAR(128), PRIMARY KEY (realm, name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

