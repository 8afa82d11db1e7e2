<?php

namespace Countersign;

/** How much an action can break, from the least to the most. Read any other word with {@see Policy::risk()}. */
enum Risk: string
{
    /** The action can be undone at once, and no visitor notices it. */
    case Low = 'low';
    /** Visitors can see the action, and a snapshot undoes it. */
    case Medium = 'medium';
    /** The action may take the site down. */
    case High = 'high';
    /** The action may lose data for good. Also every action of unknown risk. */
    case Critical = 'critical';
}
