<?php

namespace Countersign;

/** What the key that signed an action may do. A key that may propose is not a key that may dispatch. */
enum KeyRight: string
{
    /** Say what should be done. */
    case Propose = 'propose';
    /** Have it done. */
    case Dispatch = 'dispatch';
}
