# Starting and stopping a site's servers. Each leads a process group of its own, so that its workers
# go with it (those of PHP's own server outlive their parent otherwise).
# shellcheck shell=bash

# The kernel's start time of a process: a pid that was handed on to a stranger shows.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# start_server ROLE command...
start_server() {
	local role=$1 pid
	shift
	# 3 and 9: the caller's output and the site's lock, which must not live on in a daemon.
	setsid "$@" </dev/null >>"$RUN/log/$role.log" 2>&1 3>&- 9>&- &
	pid=$!
	echo "$pid $(started_at "$pid")" >"$RUN/pid/$role"
}

# is_running ROLE: the group is ours if its leader is who we started, or is gone but its workers are not.
is_running() {
	local pid start now
	read -r pid start 2>/dev/null <"$RUN/pid/$1" || return 1
	kill -0 -- "-$pid" 2>/dev/null || return 1
	now=$(started_at "$pid")
	[ -z "$now" ] || [ "$now" = "$start" ]
}

stop_server() {
	local role=$1 pid
	if is_running "$role"; then
		read -r pid _ <"$RUN/pid/$role"
		kill -TERM -- "-$pid" 2>/dev/null || true
		if ! wait_until 20 "$role of site $NAME to end" not is_running "$role"; then
			kill -KILL -- "-$pid" 2>/dev/null || true
			wait_until 5 "$role of site $NAME to die" not is_running "$role"
		fi
	fi
	rm -f "$RUN/pid/$role"
}

not() { ! "$@"; }

stop_web() {
	stop_server web
	stop_server fpm
}

stop_all() {
	stop_web
	stop_server db
}

# Waits until a server does what it is for, but not for one that has already died.
wait_for_server() {
	local role=$1
	shift
	if ! wait_until 60 "$role of site $NAME" dead_or "$role" "$@" || ! is_running "$role"; then
		tail -n 20 "$RUN/log/$role.log" >&2
		stop_all
		die "$role of site '$NAME' did not start (its log is above; all of them: tests/site/site logs $NAME)"
	fi
}

dead_or() {
	local role=$1
	shift
	"$@" || not is_running "$role"
}
