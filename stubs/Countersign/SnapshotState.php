<?php

namespace Countersign;

/** The state of the snapshot that an action names, from the weakest to the strongest. */
enum SnapshotState: string
{
    /** There is no snapshot. */
    case Missing = 'missing';
    /** The snapshot is of something else than the action would change. */
    case OtherTarget = 'other_target';
    /** The target changed after the snapshot was made. */
    case Stale = 'stale';
    /** The snapshot was made, but not yet read back. */
    case Made = 'made';
    /** The snapshot was made, read back and compared, and nothing has changed since. */
    case Verified = 'verified';
}
