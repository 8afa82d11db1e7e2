<?php

namespace Countersign;

/** How much a site lets happen without a person, from the least to the most. Read a setting with {@see Policy::mode()}. */
enum Mode: string
{
    /** A person approves every action. */
    case Manual = 'manual';
    /** Actions of low risk proceed without a person. */
    case Assisted = 'assisted';
    /** Actions of low and medium risk proceed without a person. Needs one successful snapshot: {@see Policy::switchTo()}. */
    case Autonomous = 'autonomous';
}
