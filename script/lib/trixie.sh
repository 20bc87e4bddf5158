# shellcheck shell=bash
# Single files from Debian 13 packages on an older Debian: the Docker client and its plugins, which need no more than libc6.
# apt gets lists, sources and preferences of its own for it, so that no other Debian 13 package can slip in; the mirror and
# all other settings are the machine's, and the archive's signatures are checked.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# mirror_of_debian: the address that this machine gets the main Debian archive from; other vendors name their suites alike.
mirror_of_debian() {
  # shellcheck disable=SC2016 # these are apt's placeholders, not the shell's
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
    sed -n '/^Debian|Debian|/{s/.*|//p;q}'
}

# fetch_from_trixie FOLDER PACKAGE: unpack that one package, without its dependencies, below FOLDER.
fetch_from_trixie() {
  local folder=$1 package=$2 mirror signed='' options deb
  mirror=$(mirror_of_debian)
  [ -n "$mirror" ] || { echo "No Debian mirror in this machine's apt sources." >&2; return 1; }
  [ -e "$KEYRING" ] && signed="[signed-by=$KEYRING] "
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$folder/tree"
  chmod -R a+rX "$folder"
  printf 'deb %s%s trixie main\n' "$signed" "$mirror" > "$folder/sources.list"
  options=(-o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" -o Dir::Etc::SourceList="$folder/sources.list"
    -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
    -o APT::Default-Release= -o Acquire::Languages=none -o Acquire::Retries=2)
  [ -e "$folder/updated" ] || apt-get "${options[@]}" update || return
  touch "$folder/updated"
  (cd "$folder" && apt-get "${options[@]}" download "$package") || return
  deb=$(find "$folder" -maxdepth 1 -name "${package}_*.deb" | head -n 1)
  dpkg-deb --extract "$deb" "$folder/tree"
}
