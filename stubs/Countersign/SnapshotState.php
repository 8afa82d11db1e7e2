<?php

namespace Countersign;

/** What is known of the snapshot that an action names, from the weakest to the strongest. */
enum SnapshotState: string
{
    /** There is none. */
    case Missing = 'missing';
    /** There is one, of something else than the action would change. */
    case OtherTarget = 'other_target';
    /** The target changed after it was made. */
    case Stale = 'stale';
    /** It was made, and not yet read back. */
    case Made = 'made';
    /** It was made, read back and compared, and nothing changed since. */
    case Verified = 'verified';
}
