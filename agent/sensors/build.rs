//! Compiles the BPF programs with clang into objects that the crate embeds. The objects hold relocations by name
//! ("CO-RE"), so one object fits every kernel that describes itself (`/sys/kernel/btf/vmlinux`).

use std::{env, path::PathBuf, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=bpf");
    println!("cargo::rerun-if-env-changed=YAGURA_CLANG");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    let clang = env::var("YAGURA_CLANG").unwrap_or_else(|_| "clang".to_owned());
    let object = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("process.bpf.o");
    let endian = match env::var("CARGO_CFG_TARGET_ENDIAN").as_deref() {
        Ok("big") => "bpfeb",
        _ => "bpfel",
    };
    let outcome = Command::new(&clang)
        .args(["-target", endian, "-mcpu=v3", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-c", "bpf/process.bpf.c"])
        .args(["-ffile-prefix-map=bpf/=", "-fdebug-compilation-dir=.", "-o"])
        .arg(&object)
        .status();
    match outcome {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("`{clang}` could not compile bpf/process.bpf.c ({status}); clang 14 or later is needed"),
        Err(error) => panic!(
            "`{clang}` cannot be started ({error}): building the agent needs clang with its BPF target. \
             On Debian and Ubuntu: apt install clang. Elsewhere set YAGURA_CLANG to its path."
        ),
    }
}
