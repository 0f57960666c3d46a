# rpm.sh TREE: a small machine of rpm and dnf, made of this machine's programs; no package is installed in it.
set -e
T=$1
mkdir -p "$T"/usr/bin "$T"/usr/sbin "$T"/usr/lib/python3/dist-packages "$T"/usr/lib64 "$T"/usr/share
mkdir -p "$T"/etc/dnf "$T"/etc/yum.repos.d "$T"/etc/rpm "$T"/tmp "$T"/run "$T"/dev "$T"/root "$T"/srv "$T"/proc
mkdir -p "$T"/var/log "$T"/var/tmp "$T"/var/cache "$T"/var/lib/rpm "$T"/var/lib/dnf
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$T/$folder"; done
for name in sh dnf python3 rpm rpmdb rpmkeys env sleep cat mkdir touch rm mv; do cp -L "/usr/bin/$name" "$T/usr/bin/"; done
# Python as dnf needs it, with what it has compiled: else it would write that down. Its tests and what builds are left out.
python=$(readlink -f /usr/bin/python3 | sed 's,.*/,,')
tar -C /usr/lib -c --exclude=test --exclude=idlelib --exclude=tkinter --exclude=ensurepip \
  --exclude=lib2to3 --exclude='config-*' --exclude=pydoc_data --exclude=sitecustomize.py "$python" | tar -C "$T/usr/lib" -x
for name in dnf rpm libdnf hawkey libcomps gpg; do
  cp -a "/usr/lib/python3/dist-packages/$name" "$T/usr/lib/python3/dist-packages/"
done
cp -r /usr/lib/rpm "$T/usr/lib/"
mkdir -p "$T/usr/lib/locale"
cp -r /usr/lib/locale/C.utf8 "$T/usr/lib/locale/"
# Debian's rpm keeps its books elsewhere.
echo '%_dbpath /var/lib/rpm' >"$T/etc/rpm/macros"
{ ls "$T"/usr/bin/*; find "$T/usr/lib" -name '*.so' -type f; } | xargs ldd 2>/dev/null |
  grep -o '/[^ :]*\.so[^ :]*' | sort -u | grep -v "^$T" |
  while read -r library; do
    [ -e "$T$library" ] || { mkdir -p "$T$(dirname "$library")" && cp -L "$library" "$T$library"; }
  done
echo 'root:x:0:0:root:/root:/bin/sh' >"$T/etc/passwd"
echo 'root:x:0:' >"$T/etc/group"
mknod -m 666 "$T/dev/null" c 1 3
mknod -m 666 "$T/dev/urandom" c 1 9
# What packages ask of a system, as a package of its own.
mkdir "$T/../release"
cat >"$T/../release/release.spec" <<'X'
Name: test-release
Version: 9
Release: 1
Summary: for a test
License: none
BuildArch: noarch
Provides: /bin/sh
Provides: system-release = 9
%description
For a test.
%files
X
rpmbuild -bb --quiet --define "_topdir $T/../release" --define "_rpmdir $T/srv" "$T/../release/release.spec"
chroot "$T" rpm --install /srv/noarch/test-release-9-1.noarch.rpm
rm -r "$T/srv/noarch"
