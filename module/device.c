// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/tcptrail: how the rings reach user space.
 *
 * mmap() gives each CPU's ring, read-only; its owner keeps its own place and the kernel does
 * not know it. read() is for simple readers: it copies whole records, CPU after CPU, and
 * keeps a place for each CPU in the open file. poll() reports what is new since it last did.
 * The ioctl tells the layout, the parameters and which hooks are attached.
 *
 * An open file costs memory, which is charged to whoever opened it. No reader holds
 * anything that the writers or another reader wait for.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <linux/vmalloc.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "device.h"
#include "hooks.h"
#include "params.h"
#include "ring.h"
#include "wake.h"

#define BOUNCE 32 /* records that read(2) copies at a time: a page */

/**
 * struct reader - one open file
 * @lock: one read(2) at a time
 * @bounce: records on their way to user space
 * @mapped: the file has been mapped: its owner keeps its own place
 * @reported: tcptrail_ring_written() when poll() last reported a mapped file readable
 * @pos: per CPU, the next record for read(2)
 */
struct reader {
	struct mutex lock;
	struct tcptrail_record bounce[BOUNCE];
	bool mapped;
	u64 reported;
	u64 pos[];
};

static atomic_t readers = ATOMIC_INIT(0);
static u64 loaded_ns;

/*
 * The trail tells of all namespaces, so beyond the file's mode it takes to be
 * in the initial ones, or to have power over them.
 */
static bool may_open(void)
{
	if (current_user_ns() != &init_user_ns)
		return false;
	return net_eq(current->nsproxy->net_ns, &init_net) || capable(CAP_NET_ADMIN);
}

static int device_open(struct inode *inode, struct file *file)
{
	struct reader *reader;

	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	if (!may_open())
		return -EPERM;

	reader = kvzalloc(struct_size(reader, pos, nr_cpu_ids), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	file->private_data = reader;
	atomic_inc(&readers);
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	kvfree(file->private_data);
	atomic_dec(&readers);
	return 0;
}

/* What read(2) has passed, overwritten records included. */
static u64 passed(const struct reader *reader)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(reader->pos[cpu]);
	return sum;
}

/* What read(2) has to sleep for, also if the file is mapped. */
static bool is_unread_or_arm(const struct reader *reader)
{
	if (tcptrail_ring_written() != passed(reader))
		return true;
	tcptrail_wake_arm();
	return tcptrail_ring_written() != passed(reader);
}

/*
 * Reader's lock held. Returns bytes, 0 if there is nothing, or -errno. The rings may hold
 * gigabytes: a signal ends the copying after the page that is under way.
 */
static ssize_t copy_new(struct reader *reader, char __user *to, size_t count)
{
	unsigned int cpu, n;
	size_t done = 0;

	for_each_possible_cpu(cpu) {
		u64 pos = reader->pos[cpu];

		for (;;) {
			size_t room = (count - done) / sizeof(struct tcptrail_record);

			if (signal_pending(current))
				return done ?: -ERESTARTSYS;
			cond_resched();
			n = tcptrail_ring_copy(cpu, &pos, reader->bounce,
					       min_t(size_t, room, BOUNCE));
			if (n &&
			    copy_to_user(to + done, reader->bounce, n * sizeof(reader->bounce[0])))
				return done ?: -EFAULT;
			WRITE_ONCE(reader->pos[cpu], pos);
			done += n * sizeof(reader->bounce[0]);
			if (!n)
				break;
		}
	}
	return done;
}

static ssize_t device_read(struct file *file, char __user *to, size_t count, loff_t *unused)
{
	struct reader *reader = file->private_data;
	ssize_t done;

	if (count < sizeof(struct tcptrail_record))
		return -EINVAL;

	for (;;) {
		if (mutex_lock_interruptible(&reader->lock))
			return -ERESTARTSYS;
		done = copy_new(reader, to, count);
		mutex_unlock(&reader->lock);
		if (done)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(tcptrail_wake_queue, is_unread_or_arm(reader)))
			return -ERESTARTSYS;
	}
}

/*
 * For read(2) it tells whether there is something to read. How far a mapped
 * file's owner has read is not known here: poll() tells what is new since it
 * last said so.
 *
 * It arms before it looks, whatever it finds: an edge-triggered epoll does not
 * ask again before it has been woken.
 */
static __poll_t device_poll(struct file *file, poll_table *wait)
{
	struct reader *reader = file->private_data;
	u64 written;

	poll_wait(file, &tcptrail_wake_queue, wait);
	tcptrail_wake_arm();
	written = tcptrail_ring_written();
	if (written == (READ_ONCE(reader->mapped) ? READ_ONCE(reader->reported) : passed(reader)))
		return 0;
	WRITE_ONCE(reader->reported, written);
	return EPOLLIN | EPOLLRDNORM;
}

/* CPU n's ring lies at offset n * tcptrail_ring_map_bytes(), and is mapped as a whole. */
static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long pages = tcptrail_ring_map_bytes() >> PAGE_SHIFT;
	unsigned long cpu = vma->vm_pgoff / pages;
	struct reader *reader = file->private_data;
	struct tcptrail_ring *shared;
	int err;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	/* The VFS takes VM_SHARED off a file that is open for reading only. */
	if (!(vma->vm_flags & VM_MAYSHARE) || vma->vm_pgoff % pages || vma_pages(vma) != pages)
		return -EINVAL;
	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return -ENXIO;
	shared = tcptrail_ring_shared(cpu);
	if (!shared)
		return -ENXIO;

	vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
	err = remap_vmalloc_range(vma, shared, 0);
	if (!err)
		WRITE_ONCE(reader->mapped, true);
	return err;
}

static void fill_info(struct tcptrail_info *info)
{
	info->abi_major = TCPTRAIL_ABI_MAJOR;
	info->abi_minor = TCPTRAIL_ABI_MINOR;
	info->record_size = sizeof(struct tcptrail_record);
	info->ring_records = tcptrail_ring_records();
	info->ring_offset = PAGE_SIZE;
	info->map_stride = tcptrail_ring_map_bytes();
	info->cpus = nr_cpu_ids;
	info->readers = atomic_read(&readers);
	info->loaded_ns = loaded_ns;
	info->no_ring = tcptrail_ring_missed();
	info->netns_failed = tcptrail_segment_netns_failed();
	tcptrail_params_fill(info);
	tcptrail_hooks_fill(info);
}

static long get_info(struct tcptrail_info __user *to)
{
	struct tcptrail_info info = {};
	struct {
		__u32 size;
		__u32 reserved_in;
	} ask;

	if (copy_from_user(&ask, to, sizeof(ask)))
		return -EFAULT;
	if (ask.size < TCPTRAIL_INFO_MIN || ask.reserved_in)
		return -EINVAL;

	fill_info(&info);
	info.size = min_t(u32, ask.size, sizeof(info));
	return copy_to_user(to, &info, info.size) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	if (command != TCPTRAIL_IOC_INFO)
		return -ENOTTY;
	return get_info((struct tcptrail_info __user *)argument);
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.read = device_read,
	.poll = device_poll,
	.mmap = device_mmap,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "tcptrail",
	.fops = &operations,
	.mode = 0440,
};

int tcptrail_device_init(void)
{
	loaded_ns = ktime_get_mono_fast_ns();
	return misc_register(&device);
}

void tcptrail_device_exit(void)
{
	misc_deregister(&device);
}
