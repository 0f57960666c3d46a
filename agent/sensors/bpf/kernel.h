// SPDX-License-Identifier: Apache-2.0 OR MIT OR GPL-2.0-only
//
// The few kernel structures, fields and helpers that process.bpf.c reads, written down by hand.
//
// CO-RE ("compile once, run everywhere"): `preserve_access_index` makes clang record each field access by name, and
// the loader patches in the offsets of the kernel it runs on. So only names and nesting have to be right here, not
// order, size or what stands between. A suffix after three underscores is a variant of the same kernel structure.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define SEC(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
#define KERNEL __attribute__((preserve_access_index))

struct qstr { const u8 *name; } KERNEL;
struct super_block { u32 s_dev; } KERNEL;
struct inode { struct super_block *i_sb; unsigned long i_ino; u32 i_nlink; s64 i_size; } KERNEL;
struct timespec64 { s64 tv_sec; long tv_nsec; } KERNEL;
// The change time was renamed twice: up to 6.5, 6.6 to 6.10, and since 6.11.
struct inode___ctime { struct timespec64 i_ctime; } KERNEL;
struct inode___hidden { struct timespec64 __i_ctime; } KERNEL;
struct inode___split { s64 i_ctime_sec; u32 i_ctime_nsec; } KERNEL;
struct dentry { struct dentry *d_parent; struct qstr d_name; struct inode *d_inode; } KERNEL;
struct vfsmount { struct dentry *mnt_root; } KERNEL;
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; } KERNEL;
struct path { struct vfsmount *mnt; struct dentry *dentry; } KERNEL;
struct file { struct path f_path; struct inode *f_inode; } KERNEL;
struct linux_binprm { struct file *file; } KERNEL;
struct mm_struct { unsigned long arg_start, arg_end; } KERNEL;
typedef struct { u32 val; } kuid_t;
struct cred { kuid_t uid, euid; } KERNEL;
struct fs_struct { struct path pwd; } KERNEL;
struct signal_struct { struct { int counter; } live; } KERNEL;
struct task_struct {
    int pid, tgid, exit_code;
    u64 start_boottime;
    struct task_struct *real_parent, *group_leader;
    const struct cred *cred;
    struct mm_struct *mm;
    struct fs_struct *fs;
    struct signal_struct *signal;
} KERNEL;
// Only kernels with CONFIG_AUDIT know who signed in.
struct task_struct___audit { kuid_t loginuid; u32 sessionid; } KERNEL;

// Helper functions have numbers, which are kernel ABI (include/uapi/linux/bpf.h).
static void *(*const map_lookup)(void *map, const void *key) = (void *)1;
static u32 (*const current_cpu)(void) = (void *)8;
static long (*const read_user)(void *to, u32 size, const void *from) = (void *)112;
static long (*const read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*const read_kernel_str)(void *to, u32 size, const void *from) = (void *)115;
static u64 (*const boottime_ns)(void) = (void *)125;
static long (*const ring_output)(void *ring, void *data, u64 size, u64 flags) = (void *)130;

#define READ(to, place) read_kernel(&(to), sizeof(to), &(place))
// The second argument is clang's number for "byte offset" and "does the field exist".
#define FIELD_OFFSET(type, field) __builtin_preserve_field_info(((type *)0)->field, 0)
#define FIELD_EXISTS(type, field) __builtin_preserve_field_info(((type *)0)->field, 2)
