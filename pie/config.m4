dnl Builds the extension with cargo, for PIE and for builds by hand:
dnl
dnl   phpize && ./configure && make && make install
dnl
dnl PHP_NEW_EXTENSION is not used: there is no C file, and its rules would race with cargo under make -j. The module is
dnl added to the modules that phpize's Makefile builds and installs; Makefile.frag contains the rule for it.

PHP_ARG_WITH([cargo],
  [for cargo],
  [AS_HELP_STRING([--with-cargo=FILE],
    [the program cargo, if it is not in the path])],
  [no],
  [no])

AS_CASE([$PHP_CARGO],
  [yes|no|""], [AC_PATH_PROG([CARGO], [cargo])],
  [CARGO=$PHP_CARGO])
AS_IF([test ! -x "$CARGO"],
  [AC_MSG_ERROR([cargo is not found: install the current stable Rust, or set its path with --with-cargo=FILE])])

dnl Without --with-php-config this is the bare word php-config, but ext-php-rs needs a path.
AC_PATH_PROG([COUNTERSIGN_PHP_CONFIG], [$PHP_CONFIG])
AS_IF([test ! -x "$COUNTERSIGN_PHP_CONFIG"],
  [AC_MSG_ERROR([php-config is not found: set its path with --with-php-config=FILE])])

PHP_SUBST([CARGO])
PHP_SUBST([COUNTERSIGN_PHP_CONFIG])
PHP_SUBST([PHP_EXECUTABLE])
PHP_MODULES="$PHP_MODULES \$(phplibdir)/countersign.so"
PHP_ADD_BUILD_DIR([$abs_builddir/modules])
PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [$abs_builddir])
