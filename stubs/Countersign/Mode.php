<?php

namespace Countersign;

/** How much a site lets happen with nobody present, from the least to the most. Read a setting with {@see Policy::mode()}. */
enum Mode: string
{
    /** A person approves everything. */
    case Manual = 'manual';
    /** Low risk goes on alone. */
    case Assisted = 'assisted';
    /** Low and medium risk go on alone. Not before a snapshot has succeeded: {@see Policy::switchTo()}. */
    case Autonomous = 'autonomous';
}
