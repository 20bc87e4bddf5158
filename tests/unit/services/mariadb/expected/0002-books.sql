-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
ALTER TABLE book ADD COLUMN IF NOT EXISTS year INT;
