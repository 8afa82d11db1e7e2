/*
 * Linked into a second module, with which the tests cause a panic: Rust's standard library panics if the clock fails. It
 * fails while the environment variable BROKEN_CLOCK is set.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

extern int __real_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	if (getenv("BROKEN_CLOCK")) {
		errno = EINVAL;
		return -1;
	}
	return __real_clock_gettime(clock, now);
}
