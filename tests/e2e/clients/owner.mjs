// The owner of the site, who pauses, limits and revokes the connections of the clients.
const PLUGIN = '$plugin = \\Countersign\\Plugin\\Plugin::composition(); wp_set_current_user( 1 );';
const CONNECTION = '$connection = $plugin->connections()->find( (int) $args["id"] );';

export function owner(site) {
	const change = (id, statement, more = {}) => site.php(`${PLUGIN} ${CONNECTION} $plugin->manager()->${statement}; return 1;`, { id, ...more });
	const limit = (id, max, window) => change(id, 'set_limit( $connection, array( "max" => $args["max"], "window" => $args["window"] ) )', { max, window });
	return {
		pause: (id) => change(id, 'pause( $connection )').then(() => undefined),
		resume: (id) => change(id, 'resume( $connection )'),
		revoke: (id) => change(id, 'revoke( $connection )'),
		limit,
		killSwitch: (on) => site.php('return countersign_kill_switch( $args["on"] );', { on }).then(() => undefined),

		/** Has the client call until it is refused. Returns the refusal. */
		async exhaust(id, call) {
			await limit(id, 10, 3600);
			for (let i = 0; i < 20; i++) {
				const answer = await call();
				if (answer.failed) return answer;
			}
			return { failed: false, text: 'twenty calls were answered' };
		},

		// A number of 63 bits, which JavaScript holds as text.
		newest: () => site.php("return substr( (string) $wpdb->get_var( \"SELECT target FROM {$wpdb->prefix}countersign_audit_entry WHERE action IN ( 'connection.created', 'connection.renewed' ) ORDER BY seq DESC LIMIT 1\" ), strlen( 'connection:' ) );"),

		/** Returns id and status of the newest post with this title. */
		async post(title) {
			const found = await site.php('return $wpdb->get_row( $wpdb->prepare( "SELECT ID AS id, post_status AS status FROM $wpdb->posts WHERE post_title = %s AND post_type = \'post\' ORDER BY ID DESC LIMIT 1", $args["title"] ), ARRAY_A );', { title });
			return found && { id: Number(found.id), status: found.status };
		},
	};
}
