<?php
// A page that does not use the extension.
echo getmypid();
