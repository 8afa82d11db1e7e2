// The addresses of a site that a recorded exchange names, so that it can be replayed against any site.
import { discover } from '../lib/oauth.mjs';

/** Returns the addresses by their names, as a client finds them. */
export async function addresses(site) {
	const { challenge, server } = await discover(site.endpoint);
	const issuer = new URL(server.issuer);
	const path = issuer.pathname.replace(/\/$/, '');
	return {
		endpoint: site.endpoint,
		resource_metadata: /resource_metadata="([^"]+)"/.exec(challenge)[1],
		server_metadata: `${issuer.origin}/.well-known/oauth-authorization-server${path}`,
		registration_endpoint: server.registration_endpoint,
		authorization_endpoint: server.authorization_endpoint,
		token_endpoint: server.token_endpoint,
		issuer: server.issuer,
	};
}

