<?php

namespace Countersign;

/**
 * Base class of everything that the extension throws: wrong use of the API, unusable keys, a store that fails. An expected
 * refusal is not thrown but returned, as a {@see Decision} or a reply.
 *
 * The message never contains input.
 */
class Exception extends \Exception
{
    /** Returns the stable reason code: one of the keys of {@see reasons()}, or `misuse` for wrong use of the API. */
    public function reason(): string {}
}
