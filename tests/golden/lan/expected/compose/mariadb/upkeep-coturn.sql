-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
DELETE FROM coturn.admin_user WHERE name NOT IN (_utf8mb4 X'616461', _utf8mb4 X'6772616365');
REPLACE INTO coturn.admin_user (name, realm, password) SELECT h.name, h.realm, h.password FROM coturn.admin_hash h JOIN coturn.turnusers_lt k ON k.realm = h.realm AND k.name = h.name WHERE h.name IN (_utf8mb4 X'616461', _utf8mb4 X'6772616365');
