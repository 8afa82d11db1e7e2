# Starts and stops the servers of a site. Each server leads a process group, so that its workers are
# stopped with it. The workers of PHP's built-in server would otherwise outlive their parent.
# shellcheck shell=bash

# read_process PID: reads /proc/PID/stat. The fields are counted after the name in brackets, which may
# contain any character. Sets STATE (Z: a zombie), GROUP and STARTED.
read_process() {
	local line fields
	read -r line 2>/dev/null <"/proc/$1/stat" || return 1
	read -ra fields <<<"${line##*) }"
	STATE=${fields[0]} GROUP=${fields[2]} STARTED=${fields[19]}
}

# start_server ROLE command...: starts a server and records its process in $RUN/pid/ROLE.
start_server() {
	local role=$1 pid
	shift
	# A server must not keep descriptor 3 (the output of the caller) and 9 (the lock of the site) open.
	setsid "$@" </dev/null >>"$RUN/log/$role.log" 2>&1 3>&- 9>&- &
	pid=$!
	# Before it leads its group, it cannot be distinguished from a process that has died.
	wait_until 5 "$role has not started" leads_or_is_gone "$pid"
	read_process "$pid" || STARTED=
	# The start time shows whether the process id was reused by another process.
	echo "$pid $STARTED" >"$RUN/pid/$role"
}

leads_or_is_gone() { ! read_process "$1" || [ "$GROUP" = "$1" ]; }

# is_running ROLE: whether a process of the group is alive, the leader or a worker.
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
		if ! wait_until 20 "$role of site $NAME has not stopped" not is_running "$role"; then
			kill -KILL -- "-$pid" 2>/dev/null || true
			wait_until 5 "$role of site $NAME has not stopped after SIGKILL" not is_running "$role"
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

# wait_for_server ROLE command...: waits until the command succeeds. Fails at once if the server has died.
wait_for_server() {
	local role=$1
	shift
	if ! wait_until 60 "$role of site $NAME does not answer" dead_or "$role" "$@" || ! is_running "$role"; then
		tail -n 20 "$RUN/log/$role.log" >&2
		stop_all
		die "$role of site '$NAME' did not start (its log is above; for all logs: tests/site/site logs $NAME)"
	fi
}

dead_or() {
	local role=$1
	shift
	"$@" || not is_running "$role"
}
