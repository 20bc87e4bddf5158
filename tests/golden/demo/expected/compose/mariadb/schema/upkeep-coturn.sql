-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
DELETE FROM coturn.admin_user WHERE name NOT IN (_utf8mb4 X'726f6c616e64');
REPLACE INTO coturn.admin_user (name, realm, password) SELECT name, realm, password FROM coturn.admin_hash WHERE name IN (_utf8mb4 X'726f6c616e64');
