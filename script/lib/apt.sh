# shellcheck shell=bash
# Packages from the machine's own Debian mirror: what would happen is looked at first, and nothing is ever removed.

APT_OPTIONS=(-o DPkg::Lock::Timeout=180 -o Acquire::Retries=2)
APT_UPDATED=no

is_debian() {
  command -v apt-get > /dev/null && [ "$(os_field ID)" = debian ]
}

os_field() { (. /etc/os-release 2> /dev/null && printf '%s' "${!1:-}"); }

apt_update() {
  [ "$APT_UPDATED" = yes ] && return 0
  need_root "Reading the package lists" "apt-get update"
  step "Package lists" as_root apt-get "${APT_OPTIONS[@]}" update || die 1 "The Debian mirror did not answer; see sources.list(5)."
  APT_UPDATED=yes
}

# candidate PACKAGE: the version that apt would install, or nothing.
candidate() { LC_ALL=C apt-cache show --no-all-versions "$1" 2> /dev/null | sed -n 's/^Version: //p' | head -n 1; }

# candidate_is PACKAGE VERSION: whether apt would install at least that version.
candidate_is() {
  local version
  version=$(candidate "$1")
  [ -n "$version" ] && dpkg --compare-versions "$version" ge "$2"
}

# apt_install PACKAGE…: say what comes, refuse if anything would go, install without recommendations.
apt_install() {
  local plan removed
  plan=$(LC_ALL=C apt-get -s "${APT_OPTIONS[@]}" install --no-install-recommends "$@" 2>> "$LOG") ||
    die 1 "apt-get cannot install: $*" "Type this to see why:  apt-get -s install --no-install-recommends $*"
  removed=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' <<< "$plan" | paste -sd ' ')
  [ -z "$removed" ] ||
    die 1 "Installing $* would remove: $removed. Nothing was changed." \
      "If these are not needed:  apt-get install --no-install-recommends $*"
  say "  To be installed: $(sed -n 's/^Inst \([^ ]*\).*/\1/p' <<< "$plan" | paste -sd ' ')"
  need_root "Installing packages" "apt-get install --no-install-recommends $*"
  step "Packages" as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
    apt-get "${APT_OPTIONS[@]}" install --yes --no-remove --no-install-recommends "$@" || exit 1
}
