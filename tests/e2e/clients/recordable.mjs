// Clients that cannot be played through everything, because a model would have to call the tools: their connection is
// recorded.
/** The document of Claude Code, as its makers publish it. No test fetches it. */
const CLAUDE_CODE = {
	client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
	client_name: 'Claude Code',
	client_uri: 'https://claude.ai',
	redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
	grant_types: ['authorization_code', 'refresh_token'],
	response_types: ['code'],
	token_endpoint_auth_method: 'none',
};

export const RECORDABLE = [
	{ id: 'claude-code', name: 'Claude Code', package: '@anthropic-ai/claude-code', version: '2.1.332', driver: 'claude-code.mjs', lists: true, documents: { [CLAUDE_CODE.client_id]: CLAUDE_CODE } },
	{ id: 'gemini-cli', name: 'Gemini CLI', package: '@google/gemini-cli-core', version: '0.61.0', driver: 'gemini-cli.mjs' },
];
