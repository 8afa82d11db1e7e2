<?php

namespace Countersign;

/** The store cannot be used (`store_unavailable`, `store_full`). Refuse agents; leave the site alone. */
final class StoreException extends Exception {}
