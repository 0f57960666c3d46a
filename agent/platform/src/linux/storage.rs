//! Files that others may have put in our way, and what a disk says of its own health.

#![expect(unsafe_code, reason = "neither std nor rustix has the commands of NVMe")]

use std::{
    fs::File,
    io,
    os::fd::{AsRawFd, OwnedFd},
    path::Path,
};

use rustix::fs::{FileType, Mode, OFlags};

use crate::Error;

/// Opens an ordinary file for reading, and nothing else: its last part is no link, and no pipe or device holds up the
/// caller. For files in places where others may put what they like.
///
/// # Errors
/// When it is not there, may not be read, or is no ordinary file.
pub fn open_ordinary_file(path: &Path) -> Result<File, Error> {
    let doing = || format!("open `{}`", path.display());
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file: OwnedFd = rustix::fs::open(path, flags, Mode::empty()).map_err(Error::refused(doing()))?;
    let kind = rustix::fs::fstat(&file).map_err(Error::refused(doing()))?.st_mode;
    if FileType::from_raw_mode(kind) != FileType::RegularFile {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "it is no ordinary file");
        return Err(Error::Refused { action: doing(), source });
    }
    Ok(file.into())
}

/// The length of [`nvme_health_log`]'s answer.
pub const NVME_HEALTH_LENGTH: usize = 512;

/// `struct nvme_admin_cmd` of `linux/nvme_ioctl.h`.
#[repr(C)]
#[derive(Default)]
struct AdminCommand {
    opcode: u8,
    flags: u8,
    reserved1: u16,
    namespace: u32,
    words2: [u32; 2],
    metadata: u64,
    address: u64,
    metadata_length: u32,
    data_length: u32,
    words10: [u32; 6],
    timeout_ms: u32,
    result: u32,
}

/// `NVME_IOCTL_ADMIN_CMD`, which is `_IOWR('N', 0x41, struct nvme_admin_cmd)`.
const ADMIN_COMMAND: u32 = 0xc048_4e41;
const GET_LOG_PAGE: u8 = 2;
const HEALTH_LOG: u32 = 2;
/// The controller as a whole, not one of its namespaces.
const ALL_NAMESPACES: u32 = u32::MAX;
/// A healthy controller answers at once.
const PATIENCE_MS: u32 = 2000;

/// The SMART / health information log of an NVMe controller, such as `/dev/nvme0` (NVM Express Base Specification,
/// log page 02h).
///
/// # Errors
/// When it is not there, may not be opened, or refuses.
pub fn nvme_health_log(controller: &Path) -> Result<[u8; NVME_HEALTH_LENGTH], Error> {
    let doing = || format!("ask `{}` for its health", controller.display());
    let file = File::open(controller).map_err(Error::refused(doing()))?;
    let mut log = [0_u8; NVME_HEALTH_LENGTH];
    let length = u32::try_from(NVME_HEALTH_LENGTH).expect("512 fits");
    let mut command = AdminCommand {
        opcode: GET_LOG_PAGE,
        namespace: ALL_NAMESPACES,
        address: log.as_mut_ptr() as u64,
        data_length: length,
        // The page, and how many words of four bytes it has, less one.
        words10: [HEALTH_LOG | (length / 4 - 1) << 16, 0, 0, 0, 0, 0],
        timeout_ms: PATIENCE_MS,
        ..AdminCommand::default()
    };
    // SAFETY: `command` is the struct that this request reads and writes, and it outlives the call. Its address and
    // length are those of `log`, which nothing else refers to meanwhile; the kernel writes no further.
    let answer = unsafe { libc::ioctl(file.as_raw_fd(), ADMIN_COMMAND.into(), std::ptr::from_mut(&mut command)) };
    match answer {
        0 => Ok(log),
        // Positive answers are the controller's own status.
        1.. => Err(Error::Unexpected { action: doing(), answer: format!("status {answer:#x}") }),
        _ => Err(Error::refused(doing())(io::Error::last_os_error())),
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read, os::unix::fs::symlink, process::Command};

    use super::*;

    #[test]
    fn only_an_ordinary_file_is_opened() {
        let folder = std::env::temp_dir().join(format!("yagura-ordinary-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (file, link, pipe) = (folder.join("file"), folder.join("link"), folder.join("pipe"));
        std::fs::write(&file, "here").unwrap();
        symlink(&file, &link).unwrap();
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut text = String::new();
        open_ordinary_file(&file).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "here");
        for other in [link, pipe, folder.clone(), folder.join("nothing"), "/dev/zero".into()] {
            let refused = open_ordinary_file(&other).unwrap_err().to_string();
            assert!(refused.contains(&format!("cannot open `{}`", other.display())), "{refused}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_nvme_controller_is_refused_by_name() {
        assert_eq!(size_of::<AdminCommand>(), 72, "the length is in the request's number");
        let refused = nvme_health_log(Path::new("/dev/null")).unwrap_err().to_string();
        assert!(refused.starts_with("cannot ask `/dev/null` for its health: "), "{refused}");
    }
}
