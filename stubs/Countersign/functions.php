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

/**
 * Tells whether an IP address leads to a host on the public internet: a global unicast address outside of all blocks
 * that the IANA keeps for special purposes.
 *
 * Before a server fetches a URL for somebody else, it should check the address that it connects to, so that nobody can
 * make it reach its own network.
 *
 * @param string $ip Without brackets, port or zone. Any other text is not a public address.
 */
function is_public_address(string $ip): bool {}
