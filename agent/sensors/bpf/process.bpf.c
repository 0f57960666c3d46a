// SPDX-License-Identifier: Apache-2.0 OR MIT OR GPL-2.0-only
//
// Tells user space of every process that starts, splits off or ends. Everything is copied at that very moment,
// because a short process is gone before anybody could look at /proc. What does not fit in the ring is counted.
//
// The records are read by src/linux/ebpf/record.rs: change both together, and RECORD_VERSION with them.
#include "kernel.h"

#define RECORD_VERSION 1
#define ARGS_MAX 32768   // MAX_COMMAND_LINE of the vocabulary
#define PATH_BYTES 3840  // bytes of names in one path; a name may add 255 more
#define PATH_NAMES 64    // names in one path, mount points counted
#define NAME_BYTES 256
#define AT_MASK 0x3fff   // both paths end below this offset

enum kind { KIND_EXEC = 1, KIND_EXIT = 2, KIND_FORK = 3 };

enum flag {
    ARGS_CUT = 1,        // the command line is longer than ARGS_MAX
    ARGS_UNREADABLE = 2, // its memory was not there
    IMAGE_CUT = 4,
    CWD_CUT = 8,
    IMAGE_DETACHED = 16, // the file hangs under no directory: memfd, lazily unmounted
    HAS_LOGIN = 32,
};

struct head {
    u16 version, kind;
    u32 flags;
    u64 at_ns;           // all times: nanoseconds since boot, sleep included
    u64 start_ns, parent_start_ns;
    u32 pid, ppid;
    u32 uid, euid;
    u32 login_uid, session;
    u32 exit_code, end;  // end: of the bytes in use of `data`
};

struct exec {
    struct head head;
    u64 inode, size;
    s64 ctime_s;
    u32 ctime_ns, dev, links;
    u32 image_bytes, cwd_bytes, args_bytes;
    u8 data[AT_MASK + 1 + ARGS_MAX]; // names of the image, innermost first; of the working directory; arguments
};

struct {
    int (*type)[27]; // BPF_MAP_TYPE_RINGBUF
    int (*max_entries)[4096]; // the loader sets the size
} records SEC(".maps");

// One per CPU; the loader sets the number. (A per-CPU map may not hold values above 32 KiB.)
struct {
    int (*type)[2]; // BPF_MAP_TYPE_ARRAY
    int (*max_entries)[1];
    u32 *key;
    struct exec *value;
} scratch SEC(".maps");

// Records that found no room, by kind.
struct {
    int (*type)[2];
    int (*max_entries)[4];
    u32 *key;
    u64 *value;
} lost SEC(".maps");

INLINE void send(void *record, u64 size, u32 kind)
{
    if (ring_output(&records, record, size, 0) == 0)
        return;
    u64 *count = map_lookup(&lost, &kind);
    if (count)
        __sync_fetch_and_add(count, 1);
}

INLINE void fill(struct head *head, u16 kind, struct task_struct *task)
{
    __builtin_memset(head, 0, sizeof(*head));
    head->version = RECORD_VERSION;
    head->kind = kind;
    head->at_ns = boottime_ns();
    head->pid = task->tgid;
    head->start_ns = task->group_leader->start_boottime;
    head->ppid = task->real_parent->tgid;
    head->parent_start_ns = task->real_parent->group_leader->start_boottime;
    head->uid = task->cred->uid.val;
    head->euid = task->cred->euid.val;
    if (FIELD_EXISTS(struct task_struct___audit, sessionid)) {
        struct task_struct___audit *audited = (void *)task;
        head->login_uid = audited->loginuid.val;
        head->session = audited->sessionid;
        head->flags |= HAS_LOGIN;
    }
}

// This agent's own root, which is another than the machine's where the agent was started in a chroot: names end there, so
// that they are those under which the agent and the people around it know the files. Zero where it is not known.
const volatile u64 own_root_inode = 0;
const volatile u32 own_root_device = 0;

INLINE int is_own_root(struct dentry *entry)
{
    struct inode *inode = 0;
    struct super_block *super = 0;
    unsigned long number = 0;
    u32 device = 0;
    READ(inode, entry->d_inode);
    READ(number, inode->i_ino);
    if (number != own_root_inode)
        return 0;
    READ(super, inode->i_sb);
    READ(device, super->s_dev);
    return device == own_root_device;
}

// Writes the names from `path` up to the root of its mount tree, each with its NUL, behind what is written already.
//
// The end is kept in the map and read anew each time round (volatile): so the verifier forgets how far it could have
// come on each way through the loop, finds all rounds alike, and is done with the second.
INLINE void names(struct exec *exec, volatile u32 *end, struct path *path, u32 cut)
{
    struct vfsmount *mount;
    struct dentry *entry;
    u32 limit = (*end & AT_MASK) + PATH_BYTES;
    READ(mount, path->mnt);
    READ(entry, path->dentry);
    for (int i = 0; i < PATH_NAMES; i++) {
        struct dentry *root = 0, *parent = 0;
        const u8 *name = 0;
        if (own_root_inode && is_own_root(entry))
            return;
        READ(root, mount->mnt_root);
        READ(parent, entry->d_parent);
        if (entry == root) {
            struct mount *here = (void *)((u64)mount - FIELD_OFFSET(struct mount, mnt)), *above = 0;
            READ(above, here->mnt_parent);
            if (above == here || !above)
                return;
            READ(entry, here->mnt_mountpoint);
            mount = (void *)((u64)above + FIELD_OFFSET(struct mount, mnt));
            continue;
        }
        u32 at = *end & AT_MASK;
        if (at > limit)
            break;
        READ(name, entry->d_name.name);
        long bytes = read_kernel_str(&exec->data[at], NAME_BYTES, name);
        if (bytes <= 0)
            break;
        *end = at + bytes;
        if (entry == parent) {
            if (cut == IMAGE_CUT)
                exec->head.flags |= IMAGE_DETACHED;
            return;
        }
        entry = parent;
    }
    exec->head.flags |= cut;
}

INLINE void identify(struct exec *exec, struct inode *inode)
{
    exec->inode = inode->i_ino;
    exec->size = inode->i_size;
    exec->links = inode->i_nlink;
    exec->dev = inode->i_sb->s_dev;
    exec->ctime_s = 0;
    exec->ctime_ns = 0;
    if (FIELD_EXISTS(struct inode___split, i_ctime_sec)) {
        struct inode___split *split = (void *)inode;
        exec->ctime_s = split->i_ctime_sec;
        exec->ctime_ns = split->i_ctime_nsec & 0x3fffffff; // the kernel keeps a flag in the top bit
    } else if (FIELD_EXISTS(struct inode___hidden, __i_ctime)) {
        struct inode___hidden *hidden = (void *)inode;
        exec->ctime_s = hidden->__i_ctime.tv_sec;
        exec->ctime_ns = hidden->__i_ctime.tv_nsec & 0x3fffffff;
    } else if (FIELD_EXISTS(struct inode___ctime, i_ctime)) {
        struct inode___ctime *plain = (void *)inode;
        exec->ctime_s = plain->i_ctime.tv_sec;
        exec->ctime_ns = plain->i_ctime.tv_nsec & 0x3fffffff;
    }
}

SEC("tp_btf/sched_process_exec")
int on_exec(u64 *context)
{
    struct task_struct *task = (void *)context[0];
    struct linux_binprm *program = (void *)context[2];
    u32 cpu = current_cpu();
    struct exec *exec = map_lookup(&scratch, &cpu);
    if (!exec)
        return 0;
    fill(&exec->head, KIND_EXEC, task);
    identify(exec, program->file->f_inode);

    volatile u32 *end = &exec->head.end;
    *end = 0;
    names(exec, end, &program->file->f_path, IMAGE_CUT);
    exec->image_bytes = *end;
    names(exec, end, &task->fs->pwd, CWD_CUT);
    exec->cwd_bytes = *end - exec->image_bytes;

    unsigned long begin = task->mm->arg_start;
    u64 size = task->mm->arg_end - begin;
    if (size > ARGS_MAX) {
        size = ARGS_MAX;
        exec->head.flags |= ARGS_CUT;
    }
    u32 at = *end & AT_MASK;
    if (read_user(&exec->data[at], size, (void *)begin)) {
        size = 0;
        exec->head.flags |= ARGS_UNREADABLE;
    }
    exec->args_bytes = size;
    u64 total = __builtin_offsetof(struct exec, data) + at + size;
    if (total > sizeof(*exec))
        return 0;
    send(exec, total, KIND_EXEC);
    return 0;
}

SEC("tp_btf/sched_process_fork")
int on_fork(u64 *context)
{
    struct task_struct *child = (void *)context[1];
    if (child->pid != child->tgid)
        return 0; // a thread
    struct head head;
    fill(&head, KIND_FORK, child);
    send(&head, sizeof(head), KIND_FORK);
    return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(u64 *context)
{
    struct task_struct *task = (void *)context[0];
    if (task->signal->live.counter != 0)
        return 0; // other threads live on
    struct head head;
    fill(&head, KIND_EXIT, task);
    head.exit_code = task->exit_code;
    send(&head, sizeof(head), KIND_EXIT);
    return 0;
}

// The kernel gives the reading helpers only to programs under a GPL-compatible licence; of its spellings, this one
// fits a text that may be used under the GPL or a permissive licence.
char licence[] SEC("license") = "Dual MIT/GPL";
