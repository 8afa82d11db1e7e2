// The classes of the package. The rest of core.js connects them to the module.
export {
	Action,
	ActionKey,
	ActionReceipt,
	ActionSigner,
	ActionVerifier,
	AuditIndex,
	AuditProof,
	AuditReport,
	AuditVerifier,
	Heartbeat,
	HeartbeatSigner,
	HeartbeatVerifier,
	TokenInspector,
} from './core.js';
