<?php

namespace Countersign;

/** The key material is missing, too short or a placeholder (`key_unusable`). There is no fallback key. */
final class KeyException extends Exception {}
