-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
CREATE TABLE IF NOT EXISTS `prosody`.`prosody` (
  `host` TEXT NOT NULL,
  `user` TEXT NOT NULL,
  `store` TEXT NOT NULL,
  `key` TEXT NOT NULL,
  `type` TEXT NOT NULL,
  `value` MEDIUMTEXT NOT NULL,
  KEY `prosody_unique_index` (`host`(20), `user`(20), `store`(20), `key`(20)),
  UNIQUE KEY `rtcstack_once` (`host`, `user`, `store`, `key`) USING HASH
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `prosody`.`prosodyarchive` (
  `sort_id` INTEGER PRIMARY KEY AUTO_INCREMENT,
  `host` TEXT NOT NULL,
  `user` TEXT NOT NULL,
  `store` TEXT NOT NULL,
  `key` TEXT NOT NULL,
  `when` INTEGER NOT NULL,
  `with` TEXT NOT NULL,
  `type` TEXT NOT NULL,
  `value` MEDIUMTEXT NOT NULL,
  KEY `prosodyarchive_index` (`host`(20), `user`(20), `store`(20), `key`(20)),
  KEY `prosodyarchive_with_when` (`host`(20), `user`(20), `store`(20), `with`(20), `when`),
  KEY `prosodyarchive_when` (`host`(20), `user`(20), `store`(20), `when`),
  KEY `prosodyarchive_sort` (`host`(20), `user`(20), `store`(20), `sort_id`)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

