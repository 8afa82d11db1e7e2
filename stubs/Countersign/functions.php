<?php
/**
 * Functions of the Countersign extension. Stubs for editors: nothing here is executed.
 */

namespace Countersign;

/** Returns the version of the loaded extension, such as `1.2.3`. */
function version(): string {}

/**
 * Runs known-answer checks of every cryptographic primitive in this process.
 *
 * @return array<string, bool> Name of the check => whether it passed. All are true on a sound machine.
 */
function self_test(): array {}

/**
 * Returns every reason code that the extension can answer with.
 *
 * @return array<string, string> Stable code => one English sentence that says what to do.
 */
function reasons(): array {}
