-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
DELETE FROM coturn.admin_user WHERE name NOT IN (_utf8mb4 X'616461', _utf8mb4 X'6772616365');
REPLACE INTO coturn.admin_user (name, realm, password) SELECT name, realm, password FROM coturn.admin_hash WHERE name IN (_utf8mb4 X'616461', _utf8mb4 X'6772616365');
