"""From plan and secrets to files, as pure functions: the Compose file from data, the servers' own syntaxes from templates."""
