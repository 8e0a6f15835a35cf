#!/bin/sh
# Runs the tests of cgroups in a virtual machine, which has what few machines lend to a test: a cgroup v2 with the memory
# controller. They run once as root and once as a user to whom a cgroup is delegated. It installs nothing. It needs, on Debian:
#
#	apt-get install qemu-system-x86 busybox-static
#	apt-get download linux-image-6.1.0-…-cloud-amd64 && dpkg -x linux-image-*.deb kernel
#
# and, in KERNEL, the kernel's file: KERNEL=kernel/boot/vmlinuz-… (any in /boot serves as well, if it may be read).
# BUSYBOX is a static busybox if it is not in the path. Arguments are for the test binary: -test.run=Swept -test.count=20.
set -eu

kernel=${KERNEL:-$(ls /boot/vmlinuz-* 2>/dev/null | tail -1)}
busybox=${BUSYBOX:-$(command -v busybox || true)}
missing() { echo "cgroup-vm: no $1; the head of $0 says what it needs" >&2; exit 2; }
test -r "$kernel" || missing "kernel (KERNEL)"
test -x "$busybox" || missing "static busybox (BUSYBOX)"
command -v qemu-system-x86_64 >/dev/null || missing qemu-system-x86_64

cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/etc"
mkdir -m 1777 "$root/tmp"
cp "$busybox" "$root/bin/busybox"
CGO_ENABLED=0 GOARCH=amd64 go test -c -o "$root/process.test" .
echo root:x:0:0::/:/bin/sh > "$root/etc/passwd"
echo user:x:1000:1000::/:/bin/sh >> "$root/etc/passwd"
echo "/process.test -test.v ${*:--test.run='Cgroup|Swept|RLIMIT|RunsOutOfMemory|GivenUp'}" > "$root/tests"
cat > "$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
chmod 666 /dev/null
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/root /sys/fs/cgroup/user /sys/fs/cgroup/user/tests
cd /sys/fs/cgroup/user
chown user . cgroup.procs cgroup.subtree_control cgroup.threads tests tests/cgroup.procs
cd /
echo "kernel $(uname -r): as root"
OVERLAP_TEST_CGROUP=/sys/fs/cgroup/root sh /tests && echo cgroup-vm: passed
echo "as a user"
echo $$ > /sys/fs/cgroup/user/tests/cgroup.procs
OVERLAP_TEST_CGROUP=/sys/fs/cgroup/user su user -c 'sh /tests' && echo cgroup-vm: passed
poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | "$busybox" cpio -o -H newc 2>/dev/null | gzip -1) > "$work/initramfs"

qemu-system-x86_64 -accel "${ACCEL:-tcg}" -m 1536 -smp 2 -nographic -no-reboot -nic none \
	-kernel "$kernel" -initrd "$work/initramfs" -append "console=ttyS0 quiet panic=-1" | tee "$work/log"
test "$(grep -c '^cgroup-vm: passed' "$work/log")" = 2
