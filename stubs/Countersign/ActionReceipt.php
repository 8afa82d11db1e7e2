<?php

namespace Countersign;

/** What became of an action that was sent before: answer with it, and do nothing. Immutable. */
final class ActionReceipt
{
    private function __construct() {}

    /** The action's id, 32 hex digits. */
    public function id(): string {}

    /** The action's type. */
    public function type(): string {}

    /** The bytes that {@see Actions::finish()} was given. */
    public function receipt(): string {}
}
