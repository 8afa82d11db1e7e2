<?php

namespace Countersign;

/**
 * Base of everything the extension throws: misuse, unusable keys, a broken store. What is merely
 * refused is not thrown but answered, as a {@see Decision} or a reply.
 *
 * The message never contains input.
 */
class Exception extends \Exception
{
    /** The stable reason code, one of the keys of {@see reasons()}; `misuse` for wrong use of the API. */
    public function reason(): string {}
}
