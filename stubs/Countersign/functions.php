<?php
/**
 * Functions of the Countersign extension. Stubs for editors: nothing here is executed.
 */

namespace Countersign;

/** The version of the loaded extension, as `1.2.3`. */
function version(): string {}

/**
 * Runs known-answer checks of every primitive in this very process.
 *
 * @return array<string, bool> Name of the check => whether it passed. All true on a sound machine.
 */
function self_test(): array {}

/**
 * Every reason code the extension can answer with.
 *
 * @return array<string, string> Stable code => one English sentence that says what to do.
 */
function reasons(): array {}
