-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
ALTER TABLE `kamailio`.`subscriber` ADD COLUMN IF NOT EXISTS `login` VARCHAR(320) AS (CONCAT(`username`, '@', `domain`)) VIRTUAL;
ALTER TABLE `kamailio`.`subscriber` ADD INDEX IF NOT EXISTS `login_idx` (`login`, `ha1`, `ha1b`);
DROP VIEW IF EXISTS `kamailio`.`known_ha1`;

