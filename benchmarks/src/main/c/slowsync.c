// Makes every sync to disk take a millisecond longer, as on the disk of a cloud. The disks of test machines answer at once,
// and make durable stores look faster than they will be.
//
//   cc -shared -fPIC -O2 -o slowsync.so slowsync.c -ldl
//   LD_PRELOAD=$PWD/slowsync.so postgres -D data
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int after_a_millisecond(const char *name, int fd) {
    static const struct timespec millisecond = {0, 1000000};
    nanosleep(&millisecond, 0);
    return ((int (*)(int)) dlsym(RTLD_NEXT, name))(fd);
}

int fsync(int fd) {
    return after_a_millisecond("fsync", fd);
}

int fdatasync(int fd) {
    return after_a_millisecond("fdatasync", fd);
}
