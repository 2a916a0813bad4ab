/*
 * A disk that fails, for a process that is started with this library in LD_PRELOAD: it stands between the process and libc.
 *
 * FAILING_DISK names the directory that lies on the disk, FAILING_DISK_CONTROL a file of at least sizeof(struct control) bytes
 * by which another process says when and how the disk fails. failing-disk.ts writes it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum fault {
  SOUND,
  /* No file may grow, from the call on whose number `after` is. What is there may be written over. */
  FULL,
  /* The same, where what is written over takes room, too, as on a file system that copies what it changes. */
  FULL_COPYING,
  /* One write, or one sync, answers EIO; all others succeed. */
  EIO_WRITE,
  EIO_SYNC,
  /* The power fails in the middle of a write: see lose_power. */
  TORN,
};

struct control {
  int64_t fault;
  /* So many calls that could fail still succeed. */
  int64_t after;
  int64_t seed;
  /* Calls that failed. */
  int64_t hits;
  /* The file of the last of them. */
  char path[PATH_MAX];
};

static volatile struct control *control;
static const char *directory;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off64_t);

/* dlsym gives a pointer to an object; POSIX asks for it to be a pointer to a function, too. */
static void *find(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

__attribute__((constructor)) static void begin(void) {
  *(void **)&real_pwrite = find("pwrite64");
  *(void **)&real_write = find("write");
  *(void **)&real_writev = find("writev");
  *(void **)&real_pwritev = find("pwritev64");
  *(void **)&real_fsync = find("fsync");
  *(void **)&real_fdatasync = find("fdatasync");
  *(void **)&real_ftruncate = find("ftruncate64");
  const char *path = getenv("FAILING_DISK_CONTROL");
  directory = getenv("FAILING_DISK");
  if (!path || !directory) return;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) abort();
  void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) abort();
  control = mapped;
  close(fd);
}

/* Whether the file lies on the disk; its path is put where it is asked for. */
static int is_ours(int fd, char path[PATH_MAX]) {
  if (!control || control->fault == SOUND) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, directory, strlen(directory)) == 0;
}

/* SQLite keeps its index of the -wal there, in memory; it takes any error of it for a lack of room, and so it is never one of the disk. */
static int is_index(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

/* Counts a call that could fail. 0: it succeeds. */
static int fails(const char *path) {
  if (__atomic_fetch_sub(&control->after, 1, __ATOMIC_SEQ_CST) > 0) return 0;
  strcpy((char *)control->path, path);
  return __atomic_fetch_add(&control->hits, 1, __ATOMIC_SEQ_CST) + 1;
}

/* What a write or a cut changed that was not synced since. */
struct change {
  struct change *earlier;
  uint64_t number;
  dev_t device;
  ino_t file;
  char *path;
  off64_t offset;
  size_t length;
  off64_t size_before;
  size_t old_length;
  char *old;
};

static struct change *newest;
static uint64_t changes;

static void remember(int fd, const char *path, off64_t offset, size_t length) {
  struct stat stat;
  if (fstat(fd, &stat) != 0) return;
  struct change *change = calloc(1, sizeof *change);
  *change = (struct change){newest, ++changes, stat.st_dev, stat.st_ino, strdup(path), offset, length, stat.st_size, 0, NULL};
  if (offset < stat.st_size) {
    off64_t old = stat.st_size - offset;
    change->old_length = old < (off64_t)length ? (size_t)old : length;
    change->old = malloc(change->old_length);
    /* It may be open for writing only. */
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int again = open(link, O_RDONLY | O_CLOEXEC);
    if (again < 0 || pread64(again, change->old, change->old_length, offset) != (ssize_t)change->old_length) abort();
    close(again);
  }
  newest = change;
}

static void forget(dev_t device, ino_t file, uint64_t up_to) {
  for (struct change **at = &newest; *at;) {
    struct change *change = *at;
    if (change->device != device || change->file != file || change->number > up_to) {
      at = &change->earlier;
      continue;
    }
    *at = change->earlier;
    free(change->path);
    free(change->old);
    free(change);
  }
}

static uint64_t drawn;
static int is_lost(void) {
  drawn ^= drawn << 13;
  drawn ^= drawn >> 7;
  drawn ^= drawn << 17;
  return drawn & 1;
}

/*
 * Half of a write has come to the disk. Of what was written before it and not synced, some has, in no order: the rest is undone. The
 * process ends.
 */
static void lose_power(void) {
  drawn = (uint64_t)control->seed | 1;
  for (struct change *change = newest; change; change = change->earlier) {
    if (!is_lost()) continue;
    int fd = open(change->path, O_RDWR | O_CLOEXEC);
    struct stat stat;
    if (fd < 0 || fstat(fd, &stat) != 0 || stat.st_ino != change->file) {
      if (fd >= 0) close(fd);
      continue;
    }
    if (change->old_length > 0) real_pwrite(fd, change->old, change->old_length, change->offset);
    /* Where it grew, it may be longer already, with nothing in it. */
    char *nothing = calloc(1, change->length);
    off64_t grown = change->offset + (off64_t)change->old_length;
    off64_t end = change->offset + (off64_t)change->length;
    if (end > stat.st_size) end = stat.st_size;
    if (end > grown) real_pwrite(fd, nothing, (size_t)(end - grown), grown);
    free(nothing);
    close(fd);
  }
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* at: the offset; -1: where the file stands. */
static ssize_t written(int fd, const void *bytes, size_t count, off64_t at) {
  return at < 0 ? real_write(fd, bytes, count) : real_pwrite(fd, bytes, count, at);
}

static ssize_t faulty_write(int fd, const void *bytes, size_t count, off64_t at) {
  char path[PATH_MAX];
  if (count == 0 || !is_ours(fd, path)) return written(fd, bytes, count, at);
  off64_t offset = at < 0 ? lseek64(fd, 0, SEEK_CUR) : at;
  struct stat stat;
  if (fstat(fd, &stat) != 0) return -1;
  int hit;
  switch (control->fault) {
  case FULL:
    if (offset + (off64_t)count <= stat.st_size) break;
    /* fall through */
  case FULL_COPYING:
    hit = fails(path);
    if (!hit) break;
    /* The first one still finds some room. */
    if (hit == 1 && count > 1) return written(fd, bytes, count / 2, at);
    errno = ENOSPC;
    return -1;
  case EIO_WRITE:
    if (is_index(path) || !fails(path)) break;
    control->fault = SOUND;
    errno = EIO;
    return -1;
  case TORN:
    if (is_index(path)) break;
    pthread_mutex_lock(&lock);
    if (fails(path)) {
      written(fd, bytes, count / 2, at);
      lose_power();
    }
    remember(fd, path, offset, count);
    ssize_t done = written(fd, bytes, count, at);
    pthread_mutex_unlock(&lock);
    return done;
  }
  return written(fd, bytes, count, at);
}

/* As one write, since only the first half of one fails. */
static ssize_t faulty_writev(int fd, const struct iovec *parts, int count, off64_t at) {
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  char *whole = malloc(length + 1);
  size_t filled = 0;
  for (int i = 0; i < count; filled += parts[i++].iov_len) memcpy(whole + filled, parts[i].iov_base, parts[i].iov_len);
  ssize_t done = faulty_write(fd, whole, length, at);
  int error = errno;
  free(whole);
  errno = error;
  return done;
}

static int faulty_sync(int fd, int (*sync)(int)) {
  char path[PATH_MAX];
  if (!is_ours(fd, path)) return sync(fd);
  if (control->fault == EIO_SYNC && fails(path)) {
    control->fault = SOUND;
    errno = EIO;
    return -1;
  }
  if (control->fault != TORN) return sync(fd);
  struct stat stat;
  pthread_mutex_lock(&lock);
  uint64_t up_to = changes;
  pthread_mutex_unlock(&lock);
  int done = sync(fd);
  if (done != 0 || fstat(fd, &stat) != 0) return done;
  pthread_mutex_lock(&lock);
  forget(stat.st_dev, stat.st_ino, up_to);
  pthread_mutex_unlock(&lock);
  return 0;
}

ssize_t write(int fd, const void *bytes, size_t count) { return faulty_write(fd, bytes, count, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return faulty_write(fd, bytes, count, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) { return faulty_write(fd, bytes, count, at); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char path[PATH_MAX];
  return is_ours(fd, path) ? faulty_writev(fd, parts, count, -1) : real_writev(fd, parts, count);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  char path[PATH_MAX];
  return is_ours(fd, path) ? faulty_writev(fd, parts, count, at) : real_pwritev(fd, parts, count, at);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return pwritev64(fd, parts, count, at); }

int fsync(int fd) { return faulty_sync(fd, real_fsync); }
int fdatasync(int fd) { return faulty_sync(fd, real_fdatasync); }

int ftruncate64(int fd, off64_t size) {
  char path[PATH_MAX];
  struct stat stat;
  if (!is_ours(fd, path) || control->fault != TORN || is_index(path) || fstat(fd, &stat) != 0 || size >= stat.st_size)
    return real_ftruncate(fd, size);
  pthread_mutex_lock(&lock);
  remember(fd, path, size, (size_t)(stat.st_size - size));
  int done = real_ftruncate(fd, size);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
