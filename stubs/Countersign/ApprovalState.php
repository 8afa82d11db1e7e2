<?php

namespace Countersign;

/** The state of a person's approval of an action, with these arguments and the target as it is now. */
enum ApprovalState: string
{
    /** The person rejected the action. */
    case Rejected = 'rejected';
    /** No person was asked. */
    case Missing = 'missing';
    /** A person was asked and has not answered. */
    case Pending = 'pending';
    /** The approval is too old. */
    case Expired = 'expired';
    /** The arguments or the target have changed since the approval. */
    case Changed = 'changed';
    /** The person approved the action. */
    case Granted = 'granted';
}
