# Starting and stopping a site's servers. Each leads a process group of its own, so that its workers
# go with it (those of PHP's own server outlive their parent otherwise).
# shellcheck shell=bash

# Fields of /proc/PID/stat, counted after the name in brackets, which may hold anything.
# Sets STATE (Z: dead, but its parent has not noticed yet), GROUP and STARTED.
read_process() {
	local line fields
	read -r line 2>/dev/null <"/proc/$1/stat" || return 1
	read -ra fields <<<"${line##*) }"
	STATE=${fields[0]} GROUP=${fields[2]} STARTED=${fields[19]}
}

# start_server ROLE command...
start_server() {
	local role=$1 pid
	shift
	# 3 and 9: the caller's output and the site's lock, which must not live on in a daemon.
	setsid "$@" </dev/null >>"$RUN/log/$role.log" 2>&1 3>&- 9>&- &
	pid=$!
	# Until it has become the leader of its group it cannot be told from one that has died.
	wait_until 5 "$role to start" leads_or_is_gone "$pid"
	read_process "$pid" || STARTED=
	# The start time too: a pid that was handed on to a stranger shows by it.
	echo "$pid $STARTED" >"$RUN/pid/$role"
}

leads_or_is_gone() { ! read_process "$1" || [ "$GROUP" = "$1" ]; }

# is_running ROLE: anybody of the group that we started is alive, its leader or only its workers.
is_running() {
	local pid started entry
	read -r pid started 2>/dev/null <"$RUN/pid/$1" || return 1
	kill -0 -- "-$pid" 2>/dev/null || return 1
	if read_process "$pid" && [ "$STARTED" != "$started" ]; then return 1; fi
	for entry in /proc/[0-9]*; do
		if read_process "${entry#/proc/}" && [ "$GROUP" = "$pid" ] && [ "$STATE" != Z ]; then return 0; fi
	done
	return 1
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
