use proptest::prelude::*;

use super::*;

const ROOT: &str = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n";
const PROC: &str = "22 27 0:21 / /proc rw,relatime shared:5 master:1 - proc proc rw\n";
const STICK: &str = "60 27 8:17 / /media/tanaka/\\343\\203\\207\\040A rw,nosuid shared:9 - vfat /dev/sdb1 rw\n";
const SHARE: &str = "61 27 0:50 / /mnt/share rw - cifs //server/share rw,vers=3\n";
const DISC: &str = "62 27 11:0 / /media/cdrom ro - iso9660 /dev/sr0 ro\n";
const BOUND: &str = "63 27 254:0 /home /export rw - ext4 /dev/vda rw\n";

fn mounts(lines: &[&str]) -> Vec<Mount> {
    parse(lines.concat().as_bytes())
}

/// A tree like `/sys` with a USB stick.
fn sys() -> tempfile::TempDir {
    let sys = tempfile::tempdir().unwrap();
    let disk = sys.path().join("devices/pci0000:00/usb1/1-1/host2/block/sdb");
    fs::create_dir_all(disk.join("sdb1")).unwrap();
    fs::create_dir_all(sys.path().join("dev/block")).unwrap();
    fs::write(disk.join("removable"), "1\n").unwrap();
    fs::write(disk.join("sdb1/partition"), "1\n").unwrap();
    fs::write(sys.path().join("devices/pci0000:00/usb1/1-1/serial"), "0781XYZ\n").unwrap();
    std::os::unix::fs::symlink(disk.join("sdb1"), sys.path().join("dev/block/8:17")).unwrap();
    sys
}

fn check_news(before: &[&str], now: &[&str], expected: &[(FileAct, &str, Place)]) -> Vec<DriveNews> {
    let sys = sys();
    let news = news(&sys.path().canonicalize().unwrap(), &mounts(before), &mounts(now));
    let told: Vec<_> = news.iter().map(|one| (one.act, one.path.as_str(), one.place)).collect();
    assert_eq!(told, expected);
    news
}

#[test]
fn spaces_and_other_letters_in_a_path_are_read() {
    let found = mounts(&[STICK]);
    assert_eq!(found[0].path, Path::new("/media/tanaka/デ A"));
    assert_eq!((found[0].device, found[0].file_system.as_str()), ((8, 17), "vfat"));
}

#[test]
fn a_mount_under_a_later_one_is_not_seen() {
    let over = "70 27 0:99 / / rw - tmpfs tmpfs rw\n";
    let found = mounts(&[ROOT, over]);
    assert_eq!(found.iter().map(|mount| mount.id).collect::<Vec<_>>(), [70]);
}

#[test]
fn one_mount_stands_for_a_file_system_and_what_holds_no_files_is_passed_over() {
    let all = mounts(&[BOUND, ROOT, PROC]);
    let found = file_systems(&all);
    assert_eq!(found.values().map(|mount| mount.id).collect::<Vec<_>>(), [27]);
}

#[test]
fn a_stick_comes_and_goes_with_its_serial_number() {
    let path = "/media/tanaka/デ A";
    let news = check_news(&[ROOT], &[ROOT, STICK], &[(FileAct::DriveAdd, path, Place::Removable)]);
    assert_eq!(news[0].serial.as_deref(), Some("0781XYZ"));
    assert_eq!(news[0].target, Some("/dev/sdb1".into()));
    check_news(&[ROOT, STICK], &[ROOT], &[(FileAct::DriveRemove, path, Place::Removable)]);
}

#[test]
fn a_share_is_a_drive_and_a_disc_a_medium() {
    check_news(
        &[ROOT],
        &[ROOT, SHARE, DISC],
        &[(FileAct::DriveAdd, "/mnt/share", Place::Network), (FileAct::MediumInsert, "/media/cdrom", Place::Optical)],
    );
    check_news(&[ROOT, DISC], &[ROOT], &[(FileAct::MediumRemove, "/media/cdrom", Place::Optical)]);
}

#[test]
fn a_second_view_of_a_drive_and_what_programs_mount_are_no_news() {
    check_news(&[ROOT], &[ROOT, BOUND, "70 27 0:99 / /run/x rw - tmpfs tmpfs rw\n", PROC], &[]);
}

proptest! {
    #[test]
    fn nonsense_is_no_mount(text: Vec<u8>) {
        parse(&text);
    }

    #[test]
    fn any_path_is_read_as_it_was_written(path in prop::collection::vec(1_u8.., 1..40)) {
        let mut escaped = Vec::new();
        for byte in &path {
            match byte {
                b' ' | b'\t' | b'\n' | b'\\' => escaped.extend(format!("\\{byte:03o}").bytes()),
                other => escaped.push(*other),
            }
        }
        prop_assert_eq!(unescape(&escaped), path);
    }
}
