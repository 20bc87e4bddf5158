"""The only pair of hands: the Docker SDK, `docker compose`, files on the disk, the vault of secrets."""
