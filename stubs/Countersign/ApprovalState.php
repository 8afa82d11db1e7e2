<?php

namespace Countersign;

/** What a person said to an action, with exactly these arguments, on the target as it is now. */
enum ApprovalState: string
{
    /** No. */
    case Rejected = 'rejected';
    /** Nobody was asked. */
    case Missing = 'missing';
    /** Asked, and not answered. */
    case Pending = 'pending';
    /** Yes, too long ago. */
    case Expired = 'expired';
    /** Yes, to other arguments or to the target as it was. */
    case Changed = 'changed';
    /** Yes. */
    case Granted = 'granted';
}
