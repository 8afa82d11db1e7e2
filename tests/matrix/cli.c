/* A command line for a libphp.so that comes without one, with the options that tests/php needs.
 *
 *   php [-n] [-q] [-d NAME=VALUE]... [-i | -v | -r CODE | [-l] [-f] FILE] [--] [ARGUMENT]...
 *
 * It never reads a php.ini, so -n changes nothing.
 */
#define _GNU_SOURCE

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <sapi/embed/php_embed.h>
#include <ext/standard/info.h>
#include <main/php_getopt.h>
#include <main/php_streams.h>

static const opt_struct OPTIONS[] = {
	{'n', 0, "no-php-ini"}, {'q', 0, "no-header"}, {'d', 1, "define"}, {'i', 0, "info"},
	{'v', 0, "version"},    {'r', 1, "run"},       {'f', 1, "file"},   {'l', 0, "syntax-check"},
	{'-', 0, NULL},
};

/* INI lines: the defaults of a command line, then -d, because the last line wins. */
static char *ini;

static void define(const char *text)
{
	const char *value = strchr(text, '=');
	char *more;
	int length;
	if (value == NULL) {
		length = asprintf(&more, "%s%s=1\n", ini, text);
	} else if (value[1] == '"' || isalnum((unsigned char) value[1])) {
		length = asprintf(&more, "%s%s\n", ini, text);
	} else {
		length = asprintf(&more, "%s%.*s=\"%s\"\n", ini, (int) (value - text), text, value + 1);
	}
	if (length < 0) {
		abort();
	}
	free(ini);
	ini = more;
}

/* Defines STDIN, STDOUT or STDERR. */
static void define_stream(const char *name, const char *address, const char *mode)
{
	zend_constant constant;
	php_stream *stream = php_stream_open_wrapper_ex((char *) address, (char *) mode, 0, NULL, NULL);
	if (stream == NULL) {
		return;
	}
	stream->flags |= PHP_STREAM_FLAG_NO_RSCR_DTOR_CLOSE;
	php_stream_to_zval(stream, &constant.value);
	Z_CONSTANT_FLAGS(constant.value) = 0;
	constant.name = zend_string_init_interned(name, strlen(name), 0);
	zend_register_constant(&constant);
}

/* The functions of PHP's sodium extension that the tests use. The library is built without that extension. */
ZEND_BEGIN_ARG_INFO_EX(any, 0, 0, 1)
	ZEND_ARG_VARIADIC_INFO(0, bytes)
ZEND_END_ARG_INFO()

static ZEND_FUNCTION(sodium_crypto_sign_seed_keypair)
{
	char *seed;
	size_t length;
	unsigned char pair[crypto_sign_SECRETKEYBYTES + crypto_sign_PUBLICKEYBYTES];
	if (zend_parse_parameters(ZEND_NUM_ARGS(), "s", &seed, &length) == FAILURE || length != crypto_sign_SEEDBYTES) {
		RETURN_THROWS();
	}
	crypto_sign_seed_keypair(pair + crypto_sign_SECRETKEYBYTES, pair, (unsigned char *) seed);
	RETURN_STRINGL((char *) pair, sizeof pair);
}

static ZEND_FUNCTION(sodium_crypto_sign_secretkey)
{
	char *pair;
	size_t length;
	if (zend_parse_parameters(ZEND_NUM_ARGS(), "s", &pair, &length) == FAILURE || length <= crypto_sign_SECRETKEYBYTES) {
		RETURN_THROWS();
	}
	RETURN_STRINGL(pair, crypto_sign_SECRETKEYBYTES);
}

static ZEND_FUNCTION(sodium_crypto_sign_publickey)
{
	char *pair;
	size_t length;
	if (zend_parse_parameters(ZEND_NUM_ARGS(), "s", &pair, &length) == FAILURE || length <= crypto_sign_SECRETKEYBYTES) {
		RETURN_THROWS();
	}
	RETURN_STRINGL(pair + crypto_sign_SECRETKEYBYTES, crypto_sign_PUBLICKEYBYTES);
}

static ZEND_FUNCTION(sodium_crypto_sign_detached)
{
	char *message, *key;
	size_t length, key_length;
	unsigned char signature[crypto_sign_BYTES];
	if (zend_parse_parameters(ZEND_NUM_ARGS(), "ss", &message, &length, &key, &key_length) == FAILURE || key_length != crypto_sign_SECRETKEYBYTES) {
		RETURN_THROWS();
	}
	crypto_sign_detached(signature, NULL, (unsigned char *) message, length, (unsigned char *) key);
	RETURN_STRINGL((char *) signature, sizeof signature);
}

static ZEND_FUNCTION(sodium_crypto_sign_verify_detached)
{
	char *signature, *message, *key;
	size_t signature_length, length, key_length;
	if (zend_parse_parameters(ZEND_NUM_ARGS(), "sss", &signature, &signature_length, &message, &length, &key, &key_length) == FAILURE ||
	    signature_length != crypto_sign_BYTES || key_length != crypto_sign_PUBLICKEYBYTES) {
		RETURN_THROWS();
	}
	RETURN_BOOL(crypto_sign_verify_detached((unsigned char *) signature, (unsigned char *) message, length, (unsigned char *) key) == 0);
}

static const zend_function_entry FUNCTIONS[] = {
	ZEND_FE(sodium_crypto_sign_seed_keypair, any)
	ZEND_FE(sodium_crypto_sign_secretkey, any)
	ZEND_FE(sodium_crypto_sign_publickey, any)
	ZEND_FE(sodium_crypto_sign_detached, any)
	ZEND_FE(sodium_crypto_sign_verify_detached, any)
	ZEND_FE_END
};

static void run(char what, char *text, bool lint)
{
	if (what == 'i') {
		php_print_info(PHP_INFO_ALL & ~PHP_INFO_CREDITS);
	} else if (what == 'v') {
		php_printf("PHP %s (cli)\n", zend_get_module_version("standard"));
	} else if (what == 'r') {
		zend_eval_string_ex(text, NULL, "Command line code", true);
	} else {
		zend_file_handle file;
		if (what == 'f') {
			zend_stream_init_filename(&file, text);
		} else {
			zend_stream_init_fp(&file, stdin, "Standard input code");
		}
		file.primary_script = true;
		CG(skip_shebang) = true;
		if (!lint) {
			php_execute_script(&file);
		} else if (php_lint_script(&file) == SUCCESS) {
			php_printf("No syntax errors detected in %s\n", text ? text : "Standard input code");
		} else {
			EG(exit_status) = 255;
		}
		zend_destroy_file_handle(&file);
	}
}

int main(int argc, char **argv)
{
	bool lint = false;
	char what = 0, *text = NULL, *argument = NULL;
	int next = 1, option;
	ini = strdup("display_errors=1\nregister_argc_argv=1\nimplicit_flush=1\noutput_buffering=0\n"
	             "html_errors=0\nmax_execution_time=0\nmax_input_time=-1\n");
	while (what != 'r' && what != 'f' && (option = php_getopt(argc, argv, OPTIONS, &argument, &next, 0, 2)) != -1) {
		switch (option) {
		case 'd': define(argument); break;
		case 'i': case 'v': what = (char) option; break;
		case 'r': case 'f': what = (char) option, text = argument; break;
		case 'l': lint = true; break;
		case 'n': case 'q': break;
		default: return 64;
		}
	}
	if (what == 0 && next < argc && strcmp(argv[next - 1], "--") != 0) {
		what = 'f', text = argv[next++];
	}
	if (next < argc && strcmp(argv[next], "--") == 0) {
		next++;
	}
	/* $argv is the script and the arguments after it. */
	argv[next - 1] = what == 'f' ? text : "-";
	char *self = realpath("/proc/self/exe", NULL);

	/* Some tests check PHP_SAPI. */
	php_embed_module.name = "cli";
	php_embed_module.php_ini_ignore = 1;
	php_embed_module.php_ini_ignore_cwd = 1;
	php_embed_module.phpinfo_as_text = 1;
	php_embed_module.executable_location = self;
	php_embed_module.additional_functions = FUNCTIONS;
	php_tsrm_startup();
	zend_signal_startup();
	sapi_startup(&php_embed_module);
	php_embed_module.ini_entries = ini;
	if (php_embed_module.startup(&php_embed_module) == FAILURE) {
		return 1;
	}
	SG(options) |= SAPI_OPTION_NO_CHDIR;
	SG(request_info).argc = argc - next + 1;
	SG(request_info).argv = argv + next - 1;
	SG(request_info).path_translated = text;
	if (php_request_startup() == FAILURE) {
		return 1;
	}
	SG(headers_sent) = 1;
	SG(request_info).no_headers = 1;
	zend_first_try {
		define_stream("STDIN", "php://stdin", "rb");
		define_stream("STDOUT", "php://stdout", "wb");
		define_stream("STDERR", "php://stderr", "wb");
		run(what, text, lint);
	} zend_end_try();
	int status = EG(exit_status);
	SG(request_info).path_translated = NULL;
	php_request_shutdown(NULL);
	php_module_shutdown();
	sapi_shutdown();
	tsrm_shutdown();
	return status;
}
