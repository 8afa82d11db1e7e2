<?php

namespace Countersign;

/**
 * Key material is missing, too short or a placeholder (`key_unusable`), or a key file, recovery code or slot of the vault does
 * not open it. There is no fallback key.
 */
final class KeyException extends Exception {}
