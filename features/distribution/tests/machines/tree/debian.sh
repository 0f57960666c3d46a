# make.sh TREE: a small Debian of its own, made of this machine's dpkg, apt and shell; no package is installed in it.
set -e
T=$1
mkdir -p "$T"/usr/bin "$T"/usr/sbin "$T"/usr/lib "$T"/usr/lib64 "$T"/usr/share "$T"/usr/lib/apt/methods
mkdir -p "$T"/etc/apt/sources.list.d "$T"/etc/apt/preferences.d "$T"/tmp "$T"/run "$T"/dev "$T"/root "$T"/srv
mkdir -p "$T"/var/lib/dpkg/info "$T"/var/lib/dpkg/updates "$T"/var/lib/dpkg/triggers "$T"/var/log/apt
mkdir -p "$T"/var/lib/apt/lists/partial "$T"/var/cache/apt/archives/partial
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$T/$folder"; done
: >"$T/var/lib/dpkg/status"
: >"$T/var/lib/dpkg/available"
: >"$T/etc/apt/sources.list"
for name in sh dpkg dpkg-deb dpkg-split dpkg-query dpkg-trigger apt-get tar gzip rm env sleep cat mkdir touch diff chmod mv; do
  cp -L "$(command -v $name)" "$T/usr/bin/"
done
for name in ldconfig start-stop-daemon; do cp -L "/sbin/$name" "$T/usr/sbin/"; done
for name in file copy store gpgv; do cp -L "/usr/lib/apt/methods/$name" "$T/usr/lib/apt/methods/"; done
cp -r /usr/share/dpkg "$T/usr/share/"
ldd "$T"/usr/bin/* "$T"/usr/sbin/* "$T"/usr/lib/apt/methods/* 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*' | sort -u |
  while read -r library; do
    mkdir -p "$T$(dirname "$library")"
    cp -L "$library" "$T$library"
  done
echo 'root:x:0:0:root:/root:/bin/sh' >"$T/etc/passwd"
echo 'root:x:0:' >"$T/etc/group"
mknod -m 666 "$T/dev/null" c 1 3
