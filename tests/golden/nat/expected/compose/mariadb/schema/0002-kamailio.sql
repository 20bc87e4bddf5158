-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
CREATE TABLE IF NOT EXISTS `kamailio`.`aliases` (
  `alias` VARCHAR(64) NOT NULL,
  `username` VARCHAR(64) NOT NULL,
  PRIMARY KEY (`alias`),
  INDEX `username_idx` (`username`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

