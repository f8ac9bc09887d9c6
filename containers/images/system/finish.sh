#!/bin/sh
# finish.sh LIST…: turns a build stage into what the image holds: the packages of the lists, what those need, and the
# user of the commands. A line of a list that begins with - names a package that is not needed after all,
# unless another list wants it.
set -eu

main() {
  wanted=$(sed -n '/^[a-z]/p' "$@")
  unwanted=$(sed -n 's/^-//p' "$@" | grep -vxF "$wanted")
  # In two steps, because it takes these three to remove the others. dpkg's list of what is installed stays, for
  # those who scan the image.
  others=$(installed_except "$(needed "$wanted debconf dpkg perl-base" '')")
  all=$(installed_except "$(needed "$wanted" "$unwanted")")
  purge $others
  purge $(echo "$all" | grep -vxF "$others")

  remove_leftovers
  add_user
  # No program gives its caller somebody else's rights.
  find / -xdev -perm /6000 -exec chmod a-s {} +
  # Where the runner makes the command's directory. Others may pass, not look around.
  install -d -m 0711 /scratch
  rm -rf /build
}

installed_except() {
  dpkg-query --show --showformat '${Package}\n' | grep -vxF "$1"
}

# The wanted packages with all that they depend on, save what is unwanted, one a line.
needed() {
  apt-cache depends --installed --important $(installed_except '') | awk -v wanted="$1" -v unwanted="$2" '
    function keep(package,  list, i, count) {
      if (package in seen) return
      seen[package]
      print package
      count = split(needs[package], list)
      for (i = 1; i <= count; i++) keep(list[i])
    }
    /^[^ ]/ { package = $1 }
    # A name that several packages go by, such as <debconf-2.0>, is followed by those that are installed.
    /Depends: [^<]/ { needs[package] = needs[package] " " $2 }
    /^    / { needs[package] = needs[package] " " $1 }
    END {
      count = split(unwanted, list)
      for (i = 1; i <= count; i++) seen[list[i]]
      count = split(wanted, list)
      for (i = 1; i <= count; i++) keep(list[i])
    }'
}

purge() {
  export DEBIAN_FRONTEND=noninteractive
  dpkg --purge --force-depends --force-remove-essential --force-remove-protected "$@"
}

# What the removed programs leave behind, such as the addresses of apt's mirrors, and what nobody reads in a container.
remove_leftovers() {
  rm -rf /etc/apt /etc/dpkg /etc/systemd /etc/*- /etc/*.dpkg-old /root/.[a-z]* /var/cache/* /var/log/* /var/lib/apt \
    /var/lib/systemd
  find /var/lib/dpkg ! -name status ! -name '*.list' -type f -delete
  cd /usr/share
  rm -rf bash-completion bug info lintian locale man
  find doc -type f ! -name copyright -delete
  find / -xdev -xtype l -delete
}

# Nobody can log in as this user, and nothing in the image belongs to it.
add_user() {
  echo 'runops:x:10001:' >>/etc/group
  echo 'runops:x:10001:10001::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
}

main "$@"
