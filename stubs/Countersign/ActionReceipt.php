<?php

namespace Countersign;

/** The receipt of an action that was already run: send the receipt and do nothing else. Immutable. */
final class ActionReceipt
{
    private function __construct() {}

    /** Returns the action's id, 32 lower-case hexadecimal digits. */
    public function id(): string {}

    /** Returns the action's type. */
    public function type(): string {}

    /** Returns the bytes that were given to {@see Actions::finish()}. */
    public function receipt(): string {}
}
