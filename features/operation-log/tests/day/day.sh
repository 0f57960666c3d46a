#!/bin/sh
# An ordinary day at a desk, with real programs, within most of a minute: what belongs apart in time is kept apart by twice the second
# after which the file sensor takes a work for over. Runs as root in a mount namespace of its own, where /home and /var/tmp are empty
# file systems in memory. Arguments: the folder of this file, the uid of the person.
set -eu
HERE=$1 PERSON=$2
cp "$HERE/desk.pl" /var/tmp/desk.pl
chmod 644 /var/tmp/desk.pl
H=/home/tanaka
mkdir -p $H
chown "$PERSON:$PERSON" $H
as() { setpriv --reuid "$PERSON" --regid "$PERSON" --clear-groups env HOME=$H PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 "$@"; }

# What is there before the day begins.
as sh -euc 'cd ~ && mkdir 会計 持ち出し Downloads Mail Mail/tmp Mail/new Mail/cur src 原稿 && echo 12000 > 会計/見積.xlsx && echo old > 会計/古い.docx
for n in 1 2 3 4 5 6; do echo text > 原稿/報告$n.odt; done; echo a > 原稿/メモ.txt; echo a > 原稿/手順.md; echo a > 原稿/日誌.txt
mkdir repo && cd repo && git init -q -b main . && git config user.name t && git config user.email t@example.com
i=0; while [ $i -lt 400 ]; do mkdir -p d$((i % 20)); echo "$i" > d$((i % 20))/f$i.txt; i=$((i + 1)); done
git add -A && git commit -qm one
git checkout -qb other && i=0 && while [ $i -lt 150 ]; do echo "x$i" > d$((i % 20))/f$i.txt; i=$((i + 1)); done && git commit -qam two && git checkout -q main'
as sh -euc 'mkdir ~/src/tool && cd ~/src/tool && i=0 && while [ $i -lt 40 ]; do echo "int f$i(void) { return $i; }" > f$i.c; i=$((i + 1)); done
echo "int main(void) { return 0; }" > main.c && printf "#!/bin/sh\nexit 7\n" > licence && chmod +x licence
printf "OBJ := \$(patsubst %%.c,%%.o,\$(wildcard *.c))\nall: \$(OBJ)\n\tcc -o tool \$(OBJ)\n\t-./licence\nclean:\n\trm -f tool \$(OBJ)\n" > Makefile'
P=/var/tmp/packages
mkdir -p $P /var/tmp/root/var/lib/dpkg/info /var/tmp/root/var/lib/dpkg/updates
: > /var/tmp/root/var/lib/dpkg/status
for n in $(seq 100); do
  mkdir -p $P/p$n/DEBIAN $P/p$n/usr/share/p$n
  printf 'Package: p%s\nVersion: 2\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n' "$n" > $P/p$n/DEBIAN/control
  for f in 1 2 3 4 5 6 7 8; do echo $f > $P/p$n/usr/share/p$n/$f; done
  dpkg-deb --root-owner-group -Znone --build $P/p$n $P/p$n.deb > /dev/null
done
sleep 3
mkdir /home/day-begins
sleep 2

# The desktop comes up; the person works.
as sh -c 'for n in $(seq 15); do for p in id hostname uname date; do $p > /dev/null; done; done' &
for doc in メモ.txt 手順.md; do
  as vim -esN -u NONE -i NONE -c 'set writebackup' -c 'let n = 0 | while n < 15 | execute "normal Gonext" | silent write | sleep 2000m | let n += 1 | endwhile' -c q $H/原稿/$doc &
done
for part in office editor browser mail thumbnails; do as perl /var/tmp/desk.pl $part & done
as sh -c 'cd ~ && for n in $(seq 20); do ls > /dev/null; cat 原稿/日誌.txt > /dev/null; grep -r text 原稿 > /dev/null; done
sleep 2; cp 会計/見積.xlsx 持ち出し/見積.xlsx; sleep 2; rm 会計/古い.docx; sleep 2; mv 持ち出し/見積.xlsx 持ち出し/名前を変えた.xlsx' &
as sh -c 'cd ~/src && git clone -q ~/repo clone && cd clone && git checkout -q other 2>/dev/null; for n in 1 2 3; do git checkout -q main; git checkout -q other; done
git config user.name t; git config user.email t@example.com; for n in 1 2 3 4 5; do sleep 2; echo $n >> d1/f1.txt; git commit -qam $n; done; git gc -q' &
as sh -c 'cd ~/src/tool && make -s; make -s clean; make -s -j2' > /dev/null 2>&1 &
# The machine's own work.
dpkg --root=/var/tmp/root --log=/dev/null -i $P/*.deb > /dev/null 2>&1 &
sh -c 'mkdir -p /var/tmp/hourly; for n in $(seq 24); do sh -c "cd / && run-parts --report /var/tmp/hourly"; done; for n in $(seq 30); do sh -c "date > /dev/null; sync -f /var/tmp"; done' &
wait
sleep 2
mkdir /home/day-ends
sleep 1
