/* Runs one PHP file in several threads of one process, as thread-safe servers do.
 *
 *   threads PHP.INI FILE.PHP THREADS REQUESTS
 *
 * Each thread serves its requests one after the other. Their output goes to standard output.
 */
#define _GNU_SOURCE

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <sapi/embed/php_embed.h>

static const char *file;
static int requests;
static pthread_barrier_t gate;

static void *serve(void *unused)
{
	char code[4096];
	snprintf(code, sizeof code, "require '%s';", file);
	(void) ts_resource(0);
	pthread_barrier_wait(&gate);
	for (int i = 0; i < requests; i++) {
		if (php_request_startup() != SUCCESS) {
			abort();
		}
		/* There is no client to send headers to. */
		SG(headers_sent) = 1;
		SG(request_info).no_headers = 1;
		zend_first_try {
			zend_eval_string_ex(code, NULL, "request", 1);
		} zend_end_try();
		php_request_shutdown(NULL);
	}
	ts_free_thread();
	return unused;
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		return 2;
	}
	file = argv[2];
	int threads = atoi(argv[3]);
	requests = atoi(argv[4]);
	php_embed_module.php_ini_path_override = argv[1];
	if (php_embed_init(1, argv) != SUCCESS) {
		return 1;
	}
	pthread_t thread[64];
	if (threads < 1 || threads > 64) {
		return 2;
	}
	pthread_barrier_init(&gate, NULL, (unsigned) threads);
	for (int i = 0; i < threads; i++) {
		if (pthread_create(&thread[i], NULL, serve, NULL) != 0) {
			abort();
		}
	}
	for (int i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
	}
	php_embed_shutdown();
	return 0;
}
