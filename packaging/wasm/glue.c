/*
 * Functions of the C library that Rust's standard library calls and PHP.wasm does not export, and abort().
 *
 * PHP.wasm is one thread of one process. Files are described by its system calls; threads cannot be started.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* PHP.wasm takes a `struct stat` of musl here, and returns 0 or a negative error number. */
__attribute__((import_module("env"), import_name("__syscall_fstat64"))) int syscall_fstat64(int fd, intptr_t about);
__attribute__((import_module("env"), import_name("__syscall_lstat64"))) int syscall_lstat64(intptr_t path, intptr_t about);

static int answer(int result)
{
	if (result >= 0) {
		return result;
	}
	errno = -result;
	return -1;
}

int fstat(int fd, struct stat *about)
{
	return answer(syscall_fstat64(fd, (intptr_t) about));
}

int lstat(const char *restrict path, struct stat *restrict about)
{
	return answer(syscall_lstat64((intptr_t) path, (intptr_t) about));
}

/* Files are in memory, or the host writes them. */
int fsync(int fd)
{
	(void) fd;
	return 0;
}

/* Zend/zend_errors.h and Zend/zend.h, the same in PHP 8.2 to 8.5. */
#define E_ERROR 1
extern void zend_error_noreturn(int type, const char *format, ...) __attribute__((noreturn, cold));

/*
 * Rust calls this after a panic, once the panic hook has logged the place, because panics cannot unwind here. It must not
 * return. The abort() of PHP.wasm ends the instance with all requests that it would still serve. This one ends the request
 * as PHP ends it after a fatal error: shutdown functions run, and the memory of the request is freed.
 */
void abort(void)
{
	zend_error_noreturn(E_ERROR, "countersign: internal error: this request has ended, and the log of PHP has the place of the error");
}

/* PHP's own function leaves symbolic links of the host to the host, as all of PHP does here. */
#define MAXPATHLEN 4096
extern char *tsrm_realpath(const char *path, char *real_path);

char *realpath(const char *restrict path, char *restrict resolved)
{
	char *buffer = resolved ? resolved : malloc(MAXPATHLEN);
	char *found = buffer ? tsrm_realpath(path, buffer) : NULL;
	if (!found) {
		if (!resolved) {
			free(buffer);
		}
		errno = buffer ? ENOENT : ENOMEM;
	}
	return found;
}

/* The PHP.wasm of browsers has no read(). */
struct chunk {
	void *bytes;
	size_t length;
};
__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_read"))) int fd_read(int fd, const struct chunk *chunks, size_t count, size_t *done);

ssize_t read(int fd, void *bytes, size_t length)
{
	struct chunk chunk = { bytes, length };
	size_t done = 0;
	int error = fd_read(fd, &chunk, 1, &done);
	return error ? answer(-error) : (ssize_t) done;
}

long sysconf(int name)
{
	(void) name;
	errno = EINVAL;
	return -1;
}

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*start)(void *), void *restrict argument)
{
	(void) thread, (void) attributes, (void) start, (void) argument;
	return EAGAIN;
}

int pthread_detach(pthread_t thread)
{
	(void) thread;
	return 0;
}

int pthread_attr_init(pthread_attr_t *attributes)
{
	(void) attributes;
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *attributes)
{
	(void) attributes;
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size)
{
	(void) attributes, (void) size;
	return 0;
}
