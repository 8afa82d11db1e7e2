// The OAuth provider that an application passes to the official TypeScript clients: it stores tokens and asks for
// consent, here with ../lib/consent.mjs.
import { consent } from '../lib/consent.mjs';
import { remember, rememberValue } from '../lib/secrets.mjs';

export const CALLBACK = 'http://127.0.0.1:7799/callback';

export class Provider {
	/** How often consent was requested. */
	asked = 0;

	/** Whether a person is at the browser. */
	somebodyIsThere = true;

	constructor(siteUrl, name, choices = {}, callback = CALLBACK) {
		this.siteUrl = siteUrl;
		this.redirectUrl = callback;
		this.choices = choices;
		this.clientMetadata = {
			client_name: name,
			redirect_uris: [callback],
			grant_types: ['authorization_code', 'refresh_token'],
			response_types: ['code'],
			token_endpoint_auth_method: 'none',
			application_type: 'native',
		};
	}

	state() {
		return (this.expectedState = crypto.randomUUID());
	}

	clientInformation() {
		return this.client;
	}

	saveClientInformation(client) {
		this.client = client;
	}

	tokens() {
		return this.saved;
	}

	saveTokens(tokens) {
		remember(JSON.stringify(tokens));
		this.saved = tokens;
	}

	saveCodeVerifier(verifier) {
		rememberValue(verifier);
		this.verifier = verifier;
	}

	codeVerifier() {
		return this.verifier;
	}

	invalidateCredentials(scope) {
		if (scope === 'all' || scope === 'tokens') this.saved = undefined;
		if (scope === 'all' || scope === 'client') this.client = undefined;
	}

	saveDiscoveryState(state) {
		this.discovered = state;
	}

	discoveryState() {
		return this.discovered;
	}

	async redirectToAuthorization(url) {
		if (!this.somebodyIsThere) throw new Error('no person is at the browser');
		this.asked++;
		this.authorizeUrl = url.href;
		this.callback = (await consent(this.siteUrl, url.href, this.choices)).searchParams;
		if (this.callback.get('state') !== this.expectedState) throw new Error('another state came back');
	}

	/** Replaces the access token by one that the site refuses, so that the client has to refresh. */
	spoilAccessToken() {
		const { access_token: token } = this.saved;
		const middle = token.length >> 1;
		this.saved = { ...this.saved, access_token: token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1) };
		return this.saved;
	}
}
