<?php

namespace Countersign;

/** How much an action can break, from the least to the most. A word that is none of these: {@see Policy::risk()}. */
enum Risk: string
{
    /** Undone in a moment, and nobody notices. */
    case Low = 'low';
    /** Visible, and undone by a snapshot. */
    case Medium = 'medium';
    /** May take the site down. */
    case High = 'high';
    /** May lose what nobody can bring back. Also whatever is unknown. */
    case Critical = 'critical';
}
