<?php
// A page of the site that has nothing to do with agents.
echo getmypid();
