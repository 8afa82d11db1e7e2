dnl Builds the extension with cargo, for PIE and for whoever builds by hand:
dnl
dnl   phpize && ./configure && make && make install
dnl
dnl There is no C file and so no PHP_NEW_EXTENSION: its rules would race cargo's under make -j. The one module is added to
dnl what phpize's own Makefile builds and installs; the rule that makes it is in Makefile.frag.

PHP_ARG_WITH([cargo],
  [for cargo],
  [AS_HELP_STRING([--with-cargo=FILE],
    [cargo, where it is not in the path])],
  [no],
  [no])

AS_CASE([$PHP_CARGO],
  [yes|no|""], [AC_PATH_PROG([CARGO], [cargo])],
  [CARGO=$PHP_CARGO])
AS_IF([test ! -x "$CARGO"],
  [AC_MSG_ERROR([cargo is needed to build this extension: install Rust 1.89 or newer, or name it by --with-cargo=FILE])])

dnl Without --with-php-config this is the bare word php-config, and the crate that reads PHP's headers wants a file.
AC_PATH_PROG([COUNTERSIGN_PHP_CONFIG], [$PHP_CONFIG])
AS_IF([test ! -x "$COUNTERSIGN_PHP_CONFIG"],
  [AC_MSG_ERROR([php-config is not found: name it by --with-php-config=FILE])])

PHP_SUBST([CARGO])
PHP_SUBST([COUNTERSIGN_PHP_CONFIG])
PHP_SUBST([PHP_EXECUTABLE])
PHP_MODULES="$PHP_MODULES \$(phplibdir)/countersign.so"
PHP_ADD_BUILD_DIR([$abs_builddir/modules])
PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [$abs_builddir])
