# Built by `make`. `make install`, which may run as root without cargo, only copies the file.
$(phplibdir)/countersign.so: $(srcdir)/../Cargo.toml $(srcdir)/../Cargo.lock $(srcdir)/../build.rs $(shell find $(srcdir)/../src $(srcdir)/../build -type f)
	+PHP=$(PHP_EXECUTABLE) PHP_CONFIG=$(COUNTERSIGN_PHP_CONFIG) $(CARGO) build --release --locked --features php \
		--manifest-path $(srcdir)/../Cargo.toml
	cp "$${CARGO_TARGET_DIR:-$(srcdir)/../target}/release/libcountersign.so" $@.new
	mv $@.new $@
