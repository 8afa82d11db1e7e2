<?php

namespace Countersign;

/** The store cannot be used (`store_unavailable`, `store_full`, `store_restarted`). Refuse agents, and leave the site running. */
final class StoreException extends Exception {}
