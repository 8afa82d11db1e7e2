<?php

namespace Countersign;

/** What the key that signed an action may do. A key that may only propose cannot dispatch. */
enum KeyRight: string
{
    /** The key may propose actions. */
    case Propose = 'propose';
    /** The key may have actions run. */
    case Dispatch = 'dispatch';
}
