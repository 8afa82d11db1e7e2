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
export type {
	ActionOptions,
	AuditFinding,
	AuditRemark,
	AuditReportData,
	CountersignError,
	SignOptions,
	TimeOptions,
} from './core.js';
